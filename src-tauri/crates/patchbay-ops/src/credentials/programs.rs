//! Programs that a person allowed for secret references.

use patchbay_model::{AllowedProgram, Secret, SecretReference};

use crate::context::Context;
use crate::error::Error;
use crate::secrets::programs::Occasion;
use crate::secrets::reference::parse_reference;
use crate::servers::{may_run, sessions};
use crate::stored_connectors::list_connectors;

/// Resolves a reference; a person may be asked to allow its program.
///
/// # Errors
/// [`Error::Reference`], [`Error::ProgramNotAllowed`].
pub async fn resolve_reference(cx: &Context, reference: &SecretReference) -> Result<Secret, Error> {
    cx.references().resolve(reference, Occasion::Given).await
}

/// Returns the allowed programs, the most recently allowed first.
pub async fn list_allowed_programs(cx: &Context) -> Result<Vec<AllowedProgram>, Error> {
    Ok(cx.store().list_allowed_programs().await?)
}

/// Asks the person to allow the program of a reference, unless it is allowed already. Does not start it.
///
/// # Errors
/// [`Error::Reference`] when there is no such program; [`Error::ProgramNotAllowed`] when the person refuses.
pub async fn allow_program(cx: &Context, reference: &str) -> Result<AllowedProgram, Error> {
    let reference = parse_reference(reference)?;
    cx.references().allow(&reference).await
}

/// Revokes the permission of a program, and ends the sessions that it serves.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn forget_program(cx: &Context, id: &str) -> Result<(), Error> {
    let allowed = cx.store().list_allowed_programs().await?;
    let forgotten = allowed.into_iter().find(|allowed| allowed.id == id);
    let is_forgotten = cx.store().forget_allowed_program(id).await?;
    let Some(forgotten) = forgotten.filter(|_| is_forgotten) else {
        return Err(Error::not_found("allowed program", id));
    };
    for connector in list_connectors(cx).await? {
        if may_run(cx, &connector, &forgotten.program) {
            sessions::end_session(cx, &connector.id).await;
        }
    }
    Ok(())
}
