use super::*;

#[test]
fn a_path_keeps_its_segments() {
    for (given, sent) in [
        ("/api/v1/workspaces", "/api/v1/workspaces"),
        ("/api/v1/a%2Fb/c d", "/api/v1/a%2Fb/c%20d"),
        ("/api/v1/x?y=1", "/api/v1/x%3Fy%3D1"),
    ] {
        assert_eq!(encoded_path(given).unwrap(), Path::new(sent), "{given}");
    }
    for refused in [
        "/api/v1/../x",
        "/api//v1",
        "/api/v1/%2e%2e/x",
        "/api/v1/%ff",
    ] {
        assert!(encoded_path(refused).is_err(), "{refused}");
    }
}
