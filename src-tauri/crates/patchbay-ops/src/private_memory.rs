//! Keeping what is in memory from others of the same user.

/// Keeps this process's memory, where secrets are while they are used, out of core dumps and, on Linux,
/// closed to other processes of the same user: debuggers cannot attach, and `/proc` shows them nothing.
/// Programs that this one starts are as open as ever, but leave no core dumps of their own.
///
/// Windows has nothing like it, and macOS only the part about core dumps: there a debugger needs the
/// user's consent for a hardened app. A system that refuses leaves things as they were.
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
    fn a_process_leaves_no_core_dump_and_lets_no_debugger_in() {
        keep_memory_private();
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
        assert_eq!(getrlimit(Resource::Core).current, Some(0));
    }
}
