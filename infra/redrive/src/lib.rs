//! Looks at the dead-letter queue and moves chosen messages back: the parts of the command `redrive`.
