//! Certificates that a connector trusts besides what the system trusts, and the one that it shows.

use patchbay_model::{Certificate, ConnectorId, Problem, UntrustedCertificate};
use patchbay_ops::{ConnectorView, Context, view_connector};
use tauri::{AppHandle, Runtime, State};

use crate::window::choose_existing_file;

/// Asks for a file of certificates and reads it; `None` when the user chose none.
#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_certificates<R: Runtime>(
    app: AppHandle<R>,
) -> Result<Option<Vec<Certificate>>, Problem> {
    let kind = ("Certificates", &["pem", "crt", "cer"][..]);
    let Some(path) = choose_existing_file(&app, "Add a root certificate", kind).await? else {
        return Ok(None);
    };
    Ok(Some(patchbay_ops::read_authorities_file(&path).await?))
}

/// Asks for a file with the certificate that the server of a connector sees, and its key; `None` when the user
/// chose none.
#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_client_certificate<R: Runtime>(
    app: AppHandle<R>,
    cx: State<'_, Context>,
    connector: ConnectorId,
) -> Result<Option<ConnectorView>, Problem> {
    let kind = ("Certificate and key", &["pem"][..]);
    let Some(path) = choose_existing_file(&app, "Choose a client certificate", kind).await? else {
        return Ok(None);
    };
    let connector = patchbay_ops::set_client_certificate(&cx, &connector, &path).await?;
    Ok(Some(view_connector(&cx, connector).await?))
}

/// Looks which certificate keeps a connector from its server; `None` where none does.
#[tauri::command]
#[specta::specta]
pub(crate) async fn find_untrusted_certificate(
    cx: State<'_, Context>,
    connector: ConnectorId,
) -> Result<Option<UntrustedCertificate>, Problem> {
    Ok(patchbay_ops::find_untrusted_certificate(&cx, &connector).await?)
}

/// Trusts the certificate with that fingerprint, for this connector and the place that shows it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn trust_certificate(
    cx: State<'_, Context>,
    connector: ConnectorId,
    sha256: String,
) -> Result<ConnectorView, Problem> {
    let connector = patchbay_ops::trust_certificate(&cx, &connector, &sha256).await?;
    Ok(view_connector(&cx, connector).await?)
}
