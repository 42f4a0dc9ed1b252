//! Protecting the memory of this process.

/// Disables core dumps, which could contain secrets, and on Linux denies other processes of the same user access to our
/// memory by debuggers and `/proc`. Child processes only inherit the limit of core dumps.
///
/// macOS only supports the part about core dumps; there a debugger needs the user's consent for a hardened app. Windows
/// supports neither. Errors are ignored.
pub fn keep_memory_private() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let limit = Rlimit {
            current: Some(0),
            ..getrlimit(Resource::Core)
        };
        let _refused = setrlimit(Resource::Core, limit);
    }
    #[cfg(target_os = "linux")]
    let _refused =
        rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};

    use super::*;

    #[test]
    fn core_dumps_and_debuggers_are_disabled() {
        keep_memory_private();
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
        assert_eq!(getrlimit(Resource::Core).current, Some(0));
    }
}
