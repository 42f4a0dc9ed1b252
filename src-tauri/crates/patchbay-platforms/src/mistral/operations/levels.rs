//! Operations that exist once for each level, with the same arguments.

use patchbay_http::{CallOptions, Request};

use super::scope::Scope;
use crate::mistral::Mistral;
use crate::{Contract, Error, Output, Result};

/// Arguments of the operations of all levels.
pub trait AtLevel: Sync {
    /// Contracts by level.
    const CONTRACTS: [Contract; 3];
    /// Output of the operations.
    type Output: Output;

    /// Builds the request for that level and the account's surface.
    ///
    /// # Errors
    /// [`Error::Usage`] when the arguments cannot be sent.
    fn request_at(&self, client: &Mistral, scope: Scope) -> Result<Request>;

    /// Builds the request to send after an error, if there is one.
    fn request_after(&self, _: &Error, _: &Mistral, _: Scope) -> Result<Option<Request>> {
        Ok(None)
    }

    /// Records what a success for that level tells.
    fn observe_at(&self, _: &Mistral, _: Scope) {}

    /// Runs the operation for that level.
    fn run_at(
        &self,
        client: &Mistral,
        scope: Scope,
        options: &CallOptions,
    ) -> impl Future<Output = Result<Self::Output>> + Send {
        async move {
            let contract = Self::CONTRACTS[scope as usize];
            let send = |request: Request| client.api.send(request.repeat(contract.retry), options);
            let mut answer = send(self.request_at(client, scope)?).await;
            if let Err(refused) = &answer
                && let Some(next) = self.request_after(refused, client, scope)?
            {
                answer = send(next).await;
            }
            let output = Output::read(&answer?, contract.name)?;
            self.observe_at(client, scope);
            Ok(output)
        }
    }
}

/// Declares the operations of the three levels: the words of the summary before and after the level, the section of the
/// contract, and the names.
macro_rules! at_levels {
    ($arguments:ty, $before:literal, $after:literal, $section:literal,
        $organization:ident, $workspace:ident, $user:ident $(,)?) => {
        at_levels! { $arguments, $before, "organization", $after, $section => $organization: Organization }
        at_levels! { $arguments, $before, "workspace", $after, $section => $workspace: Workspace }
        at_levels! { $arguments, $before, "user", $after, $section => $user: User }
    };
    ($arguments:ty, $before:literal, $level:literal, $after:literal, $section:literal =>
        $operation:ident: $scope:ident) => {
        #[doc = concat!($before, $level, $after, ".\n\nSource: Mistral contract, section ", $section, ".")]
        #[derive(Clone, Debug, Deserialize, JsonSchema)]
        #[serde(transparent)]
        #[schemars(inline)]
        pub struct $operation(pub $arguments);

        impl Operation<Mistral> for $operation {
            const CONTRACT: Contract = <$arguments as AtLevel>::CONTRACTS[Scope::$scope as usize];
            type Output = <$arguments as AtLevel>::Output;

            fn request(&self, client: &Mistral) -> Result<Request> {
                self.0.request_at(client, Scope::$scope)
            }

            async fn run(&self, client: &Mistral, options: &CallOptions) -> Result<Self::Output> {
                self.0.run_at(client, Scope::$scope, options).await
            }
        }
    };
}
pub(super) use at_levels;
