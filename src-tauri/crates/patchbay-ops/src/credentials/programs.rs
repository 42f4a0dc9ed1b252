//! Programs that a person allowed to hand out secrets.

use patchbay_model::{AllowedProgram, Secret, SecretReference};

use crate::context::Context;
use crate::error::Error;
use crate::secrets::programs::Occasion;
use crate::secrets::reference::parse_reference;

/// The secret for a reference that a person may be asked about.
///
/// # Errors
/// [`Error::Reference`], [`Error::ProgramNotAllowed`], [`Error::Store`].
pub async fn resolve_reference(cx: &Context, reference: &SecretReference) -> Result<Secret, Error> {
    cx.references().resolve(reference, Occasion::Given).await
}

/// Every program that was allowed, the latest first.
pub async fn list_allowed_programs(cx: &Context) -> Result<Vec<AllowedProgram>, Error> {
    Ok(cx.store().list_allowed_programs().await?)
}

/// Asks the person to allow the program that a reference names, unless it is allowed already. Nothing is
/// started.
///
/// # Errors
/// [`Error::Reference`] when it names no program that is there; [`Error::ProgramNotAllowed`] when the person
/// says no; [`Error::Store`].
pub async fn allow_program(cx: &Context, reference: &str) -> Result<AllowedProgram, Error> {
    let reference = parse_reference(reference)?;
    cx.references().allow(&reference).await
}

/// Forgets that a program was allowed: it is asked for again before it is started.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Store`].
pub async fn forget_program(cx: &Context, id: &str) -> Result<(), Error> {
    match cx.store().forget_allowed_program(id).await? {
        true => Ok(()),
        false => Err(Error::NotFound {
            kind: "allowed program",
            name: id.to_owned(),
        }),
    }
}
