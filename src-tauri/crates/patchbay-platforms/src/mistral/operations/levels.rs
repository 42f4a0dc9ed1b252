//! Operations that there are once for each level, all of them with the same arguments.

use patchbay_http::{Answer, CallOptions, Repeat, Request};

use super::Scope;
use crate::mistral::Mistral;
use crate::{Effect, Error, Output, Result};

/// Arguments of operations that do the same at each level.
pub trait AtLevel {
    /// What they do to the platform.
    const EFFECT: Effect;
    /// Whether they may be sent again after a failure.
    const RETRY: Repeat;
    /// What comes back.
    type Output: Output;

    /// The request of the operation for that level, as the surface of the account has it.
    ///
    /// # Errors
    /// [`Error::Usage`] when the arguments cannot be sent.
    fn request_at(&self, client: &Mistral, scope: Scope) -> Result<Request>;

    /// What is sent once the platform refused that; `None` where that is the end of it.
    ///
    /// # Errors
    /// As [`AtLevel::request_at`].
    fn request_after(&self, _: &Error, _: &Mistral, _: Scope) -> Result<Option<Request>> {
        Ok(None)
    }

    /// Notes what a success for that level tells.
    fn observe_at(&self, _: &Mistral, _: Scope) {}
}

/// Sends one request of such an operation.
pub(super) async fn send_at(
    client: &Mistral,
    request: Request,
    retry: Repeat,
    options: &CallOptions,
) -> Result<Answer> {
    client.api.send(request.repeat(retry), options).await
}

/// Declares the operations of the levels.
macro_rules! at_levels {
    ($arguments:ty => $($(#[$words:meta])* $operation:ident: $scope:ident, $name:literal;)*) => {$(
        $(#[$words])*
        #[derive(Clone, Debug, Deserialize, JsonSchema)]
        #[serde(transparent)]
        #[schemars(inline)]
        pub struct $operation(pub $arguments);

        impl Operation<Mistral> for $operation {
            const CONTRACT: crate::Contract = crate::Contract {
                name: $name,
                effect: <$arguments as AtLevel>::EFFECT,
                retry: <$arguments as AtLevel>::RETRY,
            };
            type Output = <$arguments as AtLevel>::Output;

            fn request(&self, client: &Mistral) -> Result<Request> {
                self.0.request_at(client, Scope::$scope)
            }

            async fn send(&self, client: &Mistral, options: &CallOptions) -> Result<Self::Output> {
                let mut answer = send_at(client, self.request(client)?, Self::CONTRACT.retry, options).await;
                if let Err(refused) = &answer
                    && let Some(next) = self.0.request_after(refused, client, Scope::$scope)?
                {
                    answer = send_at(client, next, Self::CONTRACT.retry, options).await;
                }
                Output::read(&answer?, Self::CONTRACT.name)
            }

            fn observe(&self, client: &Mistral, _: &Self::Output) {
                self.0.observe_at(client, Scope::$scope);
            }
        }
    )*};
}
pub(super) use at_levels;
