use super::*;

#[test]
fn the_older_surface_has_the_25_operations_of_the_product_text() {
    assert_eq!(SEED.len(), 25);
}

#[test]
fn the_current_surface_has_every_name_of_the_product_text() {
    let names: Vec<&str> = CURRENT.iter().map(|operation| operation.name).collect();
    assert!(SEED.iter().all(|operation| names.contains(&operation.name)));
    assert_eq!(names.len(), 24 + 12);
}
