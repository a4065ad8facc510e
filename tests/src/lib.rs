//! The end-to-end tests stand in `it`; this library is empty because a package needs a target besides its tests.
