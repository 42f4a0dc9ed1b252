//! Prints what the window's bindings say of platforms: all that a build with another platform changes in them.

#![expect(clippy::print_stdout, reason = "it prints")]

use patchbay_model::Platform;

fn main() -> Result<(), serde_json::Error> {
    let infos = serde_json::to_string(&patchbay_ops::platform_infos())?;
    println!("export const platforms = {infos} as const;");
    let words: Vec<_> = Platform::ALL
        .iter()
        .map(serde_json::to_string)
        .collect::<Result<_, _>>()?;
    println!("export type Platform = {};", words.join(" | "));
    Ok(())
}
