use super::*;

#[test]
fn the_older_surface_has_the_25_operations_of_the_product_text() {
    assert_eq!(SEED.len(), 25);
    let names: Vec<&str> = every().iter().map(|operation| operation.name).collect();
    assert!(SEED.iter().all(|operation| names.contains(&operation.name)));
    assert_eq!(names.len(), CURRENT.len() + 12);
}
