//! Refuses to make a package without the console. A debug build, for tests, does without.

use std::{env, path::Path};

fn main() {
    println!("cargo::rerun-if-changed=console/dist");
    println!("cargo::rerun-if-env-changed=WITHOUT_CONSOLE");
    let release = env::var_os("PROFILE").is_some_and(|profile| profile == "release");
    let without = env::var_os("WITHOUT_CONSOLE").is_some();
    if release && !without && !Path::new("console/dist/index.html").exists() {
        println!(
            "cargo::error=The console is not built. Run `make build`, or `npm ci && npm run build` in \
             functions/config-api/console. WITHOUT_CONSOLE=1 makes a config-api without it."
        );
    }
}
