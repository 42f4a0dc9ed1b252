//! Certificates that a connector trusts besides those of the system, and its client certificate.

use patchbay_model::{Certificate, ConnectorId, UntrustedCertificate};
use patchbay_ops::{self as ops, ConnectorView, view_connector};
use tauri::AppHandle;

use crate::window::choose_existing_file;

commands! {
    /// Lets the user choose a certificate file and reads it; `None` if the dialog was cancelled.
    fn choose_certificates(app: AppHandle) -> Option<Vec<Certificate>> = {
        let kind = ("Certificates", &["pem", "crt", "cer"][..]);
        let Some(path) = choose_existing_file(&app, "Add a root certificate", kind).await? else {
            return Ok(None);
        };
        Some(ops::read_authorities_file(&path).await?)
    };
}

commands! { cx =>
    /// Lets the user choose a file with a connector's client certificate and key; `None` if the dialog was cancelled.
    fn choose_client_certificate(app: AppHandle, connector: ConnectorId) -> Option<ConnectorView> = {
        let kind = ("Certificate and key", &["pem"][..]);
        let Some(path) = choose_existing_file(&app, "Choose a client certificate", kind).await? else {
            return Ok(None);
        };
        let connector = ops::set_client_certificate(&cx, &connector, &path).await?;
        Some(view_connector(&cx, connector).await?)
    };

    /// Returns the untrusted certificate that keeps a connector from its server, if any.
    fn find_untrusted_certificate(connector: ConnectorId) -> Option<UntrustedCertificate> =
        ops::find_untrusted_certificate(&cx, &connector).await?;

    /// Trusts the certificate with that fingerprint for this connector and the host and port that presented it.
    fn trust_certificate(connector: ConnectorId, sha256: String) -> ConnectorView =
        view_connector(&cx, ops::trust_certificate(&cx, &connector, &sha256).await?).await?;
}
