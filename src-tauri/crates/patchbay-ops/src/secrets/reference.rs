//! Secret references: `env://NAME`, `cmd://PROGRAM ARGUMENT …`, `op://…`.
//!
//! They are resolved at each use, and the secrets are never saved. A reference that cannot be resolved, or whose
//! program nobody allowed, fails the operation that needs it.

use std::sync::Arc;

use patchbay_model::{
    AllowedProgram, Program, ReferenceTarget, Secret, SecretReference, clean_text,
};
use patchbay_store::Store;

use crate::clock::Clock;
use crate::error::Error;
use crate::secrets::programs::{
    Occasion, ProgramConsent, ProgramRequest, Purpose, program_id, program_of, run,
};

/// Resolves references. Clones share one state.
#[derive(Clone)]
pub(crate) struct References(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    consent: Arc<dyn ProgramConsent>,
    /// Held while a person is asked, so that there is one question at a time.
    prompt_lock: tokio::sync::Mutex<()>,
}

impl References {
    pub(crate) fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        consent: Arc<dyn ProgramConsent>,
    ) -> Self {
        Self(Arc::new(Inner {
            store,
            clock,
            consent,
            prompt_lock: tokio::sync::Mutex::default(),
        }))
    }

    /// Resolves a reference.
    ///
    /// # Errors
    /// [`Error::Reference`] when there is no secret or an empty one; [`Error::ProgramNotAllowed`].
    pub(crate) async fn resolve(
        &self,
        reference: &SecretReference,
        occasion: Occasion,
    ) -> Result<Secret, Error> {
        if let Some(program) = find_program(reference).await? {
            self.ensure_allowed_for(reference, &program, occasion)
                .await?;
            return secret_of(reference, run(&program).await);
        }
        resolve_variable(reference)
    }

    /// Asks to allow the program of a reference, unless it is allowed already.
    pub(crate) async fn allow(&self, reference: &SecretReference) -> Result<AllowedProgram, Error> {
        let program = find_program(reference).await?.ok_or_else(|| {
            let what = format!("{reference} runs no program");
            Error::usage(what, "Use it as it is: it needs no permission.")
        })?;
        self.ensure_allowed_for(reference, &program, Occasion::Given)
            .await
    }

    async fn ensure_allowed_for(
        &self,
        reference: &SecretReference,
        program: &Program,
        occasion: Occasion,
    ) -> Result<AllowedProgram, Error> {
        let purpose = Purpose::Secret(reference.clone());
        let allowed = self.ensure_allowed(purpose, program, occasion).await?;
        allowed.ok_or_else(|| Error::ProgramNotAllowed {
            reference: reference.clone(),
            program: program.clone(),
        })
    }

    /// Asks a person to allow this program unless it is allowed already; `None` when they do not.
    pub(crate) async fn ensure_allowed(
        &self,
        purpose: Purpose,
        program: &Program,
        occasion: Occasion,
    ) -> Result<Option<AllowedProgram>, Error> {
        let store = &self.0.store;
        let allowed = AllowedProgram {
            id: program_id(program),
            program: program.clone(),
            allowed_at: self.0.clock.now(),
        };
        if store.is_program_allowed(&allowed.id).await? {
            return Ok(Some(allowed));
        }
        let _prompt = self.0.prompt_lock.lock().await;
        // The previous question may have been about the same program.
        if store.is_program_allowed(&allowed.id).await? {
            return Ok(Some(allowed));
        }
        let request = ProgramRequest {
            purpose,
            program: program.clone(),
            occasion,
        };
        if !self.0.consent.allows(&request).await {
            return Ok(None);
        }
        store.allow_program(&allowed).await?;
        Ok(Some(allowed))
    }
}

/// Parses a reference that a person entered.
pub(crate) fn parse_reference(text: &str) -> Result<SecretReference, Error> {
    SecretReference::parse(text).map_err(|error| Error::Reference {
        reference: clean_text(text, 200),
        why: error.to_string(),
        is_program: false,
    })
}

/// Resolves a reference from an environment variable of this process, without asking: whoever set the variable could
/// have started the program as well.
pub async fn resolve_from_environment(reference: &SecretReference) -> Result<Secret, Error> {
    match find_program(reference).await? {
        Some(program) => secret_of(reference, run(&program).await),
        None => resolve_variable(reference),
    }
}

async fn find_program(reference: &SecretReference) -> Result<Option<Program>, Error> {
    let program = program_of(reference).await;
    program.map_err(|why| unreadable(reference, why))
}

fn resolve_variable(reference: &SecretReference) -> Result<Secret, Error> {
    let found = match reference.target() {
        ReferenceTarget::Variable(name) => {
            let value = std::env::var(name).map(Secret::new);
            value.map_err(|_| format!("{name} isn't set"))
        }
        ReferenceTarget::Program(_) | ReferenceTarget::OnePassword(_) => {
            Err("no variable given".to_owned())
        }
    };
    secret_of(reference, found)
}

fn secret_of(reference: &SecretReference, found: Result<Secret, String>) -> Result<Secret, Error> {
    let trimmed = found.and_then(|text| match text.expose().trim_end_matches(['\r', '\n']) {
        "" => Err("it's empty".to_owned()),
        text => Ok(Secret::new(text)),
    });
    trimmed.map_err(|why| unreadable(reference, why))
}

fn unreadable(reference: &SecretReference, why: String) -> Error {
    Error::Reference {
        reference: reference.to_string(),
        why,
        is_program: !matches!(reference.target(), ReferenceTarget::Variable(_)),
    }
}
