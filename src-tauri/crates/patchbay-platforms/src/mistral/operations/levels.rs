//! Operations that there are once for each level, all of them with the same arguments.

use patchbay_http::{Repeat, Request};

use super::Scope;
use crate::{Effect, Output, Result};

/// Arguments of operations that do the same at each level.
pub trait AtLevel {
    /// What they do to the platform.
    const EFFECT: Effect;
    /// Whether they may be sent again after a failure.
    const RETRY: Repeat;
    /// What comes back.
    type Output: Output;

    /// The request of the operation for that level.
    ///
    /// # Errors
    /// [`Error::Usage`](crate::Error::Usage) when the arguments cannot be sent.
    fn request_at(&self, scope: Scope) -> Result<Request>;
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
            const NAME: &'static str = $name;
            const EFFECT: Effect = <$arguments as AtLevel>::EFFECT;
            const RETRY: Repeat = <$arguments as AtLevel>::RETRY;
            type Output = <$arguments as AtLevel>::Output;

            fn request(&self, _: &Mistral) -> Result<Request> {
                self.0.request_at(Scope::$scope)
            }
        }
    )*};
}
pub(super) use at_levels;
