//! Security descriptor strings of Windows. Separate from the system calls, so that it is tested on every system.
//!
//! Source: Microsoft, "Security Descriptor String Format" and "ACE Strings".

use crate::Exposure;

/// Accounts that have full access in any case: the system, administrators, the built-in administrator, and the aliases
/// for owner and creator.
const ENTITLED: [&str; 5] = ["SY", "BA", "LA", "OW", "CO"];

/// Types of entries that grant access.
const ALLOWS: [&str; 4] = ["A", "OA", "XA", "ZA"];

/// An access list for the user, the system and administrators only, which the contents of a folder inherit and which
/// inherits nothing itself.
pub(crate) fn private(user: &str) -> String {
    format!("D:P(A;OICI;FA;;;{user})(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)")
}

/// Returns how others can access something with this descriptor; `None` if only the user can.
pub(crate) fn exposure(descriptor: &str, user: &str) -> Option<Exposure> {
    let is_known = |account: &str| account == user || ENTITLED.contains(&account);
    let (owner, list) = match descriptor.split_once("D:") {
        Some((owner, list)) => (owner, list),
        // Without a list everyone has access.
        None => (descriptor, "NO_ACCESS_CONTROL"),
    };
    let owner = owner.trim_start_matches("O:");
    if !is_known(owner) {
        let owner = account_name(owner);
        return Some(Exposure::ForeignOwner { owner });
    }
    let mut others: Vec<String> = Vec::new();
    if list.contains("NO_ACCESS_CONTROL") {
        others.push(account_name("WD"));
    }
    for account in list.split('(').filter_map(allowed_account) {
        let name = account_name(account);
        if !is_known(account) && !others.contains(&name) {
            others.push(name);
        }
    }
    let accounts = others.join(", ");
    (!accounts.is_empty()).then_some(Exposure::OpenToAccounts { accounts })
}

/// The account to which an entry grants access; `None` for other entries.
fn allowed_account(entry: &str) -> Option<&str> {
    let mut parts = entry.split(';');
    let is_allowed = ALLOWS.contains(&parts.next()?);
    let account = parts.nth(4)?.trim_end_matches(')');
    is_allowed.then_some(account)
}

/// The name of a two-letter alias; other accounts have a SID.
fn account_name(account: &str) -> String {
    let name = match account {
        "WD" => "Everyone",
        "BU" => "Users",
        "AU" => "Authenticated Users",
        "IU" => "Interactive",
        "NU" => "Network",
        "BG" => "Guests",
        "AN" => "Anonymous",
        "" => "nobody",
        other => other,
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: &str = "S-1-5-21-1-2-3-1001";

    fn open_to(descriptor: &str) -> Option<String> {
        match exposure(&format!("O:{USER}{descriptor}"), USER)? {
            Exposure::OpenToAccounts { accounts } => Some(accounts),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn what_we_make_and_what_a_profile_has_is_the_users_alone() {
        assert_eq!(open_to(&private(USER)), None);
        let profile = format!("D:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIID;FA;;;{USER})");
        assert_eq!(open_to(&profile), None);
        assert_eq!(exposure(&format!("O:BA{profile}"), USER), None);
    }

    #[test]
    fn a_folder_beside_the_profiles_is_open_to_those_whom_its_list_names() {
        let top = "D:AI(A;OICIID;FA;;;BA)(A;OICIID;0x1200a9;;;BU)(A;ID;LC;;;BU)(A;OICIIOID;SDGXGWGR;;;AU)";
        assert_eq!(open_to(top).as_deref(), Some("Users, Authenticated Users"));
        let one = "D:(D;;FA;;;WD)(A;;FR;;;S-1-5-21-1-2-3-1002)";
        assert_eq!(open_to(one).as_deref(), Some("S-1-5-21-1-2-3-1002"));
        let under_a_condition = r#"D:(XA;;FX;;;WD;(@User.Title=="PM"))"#;
        assert_eq!(open_to(under_a_condition).as_deref(), Some("Everyone"));
    }

    #[test]
    fn without_a_list_everyone_is_let_in_and_with_an_empty_one_nobody() {
        assert_eq!(open_to("").as_deref(), Some("Everyone"));
        let none = open_to("D:NO_ACCESS_CONTROL");
        assert_eq!(none.as_deref(), Some("Everyone"));
        assert_eq!(open_to("D:P"), None);
    }

    #[test]
    fn another_owner_could_open_it_again() {
        let found = exposure("O:S-1-5-21-1-2-3-1002D:P(A;;FA;;;SY)", USER);
        let owner = "S-1-5-21-1-2-3-1002".to_owned();
        assert_eq!(found, Some(Exposure::ForeignOwner { owner }));
    }
}
