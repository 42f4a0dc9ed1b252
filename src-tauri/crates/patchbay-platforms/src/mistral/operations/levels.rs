//! Operations that there are once for each level, all of them with the same arguments.

use patchbay_http::{CallOptions, Request};

use super::Scope;
use crate::mistral::Mistral;
use crate::{Contract, Error, Output, Result};

/// Arguments of operations that do the same at each level.
pub trait AtLevel: Sync {
    /// What the contract says of them, by level.
    const CONTRACTS: [Contract; 3];
    /// What comes back.
    type Output: Output;

    /// The request of the operation for that level, as the surface of the account has it.
    ///
    /// # Errors
    /// [`Error::Usage`] when the arguments cannot be sent.
    fn request_at(&self, client: &Mistral, scope: Scope) -> Result<Request>;

    /// What is sent once the platform refused that; `None` where that is the end of it.
    fn request_after(&self, _: &Error, _: &Mistral, _: Scope) -> Result<Option<Request>> {
        Ok(None)
    }

    /// Notes what a success for that level tells.
    fn observe_at(&self, _: &Mistral, _: Scope) {}

    /// Calls the operation for that level as an account.
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

/// Declares the operations of the levels.
macro_rules! at_levels {
    ($arguments:ty => $($(#[$words:meta])* $operation:ident: $scope:ident;)*) => {$(
        $(#[$words])*
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
    )*};
}
pub(super) use at_levels;
