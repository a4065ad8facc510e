//! The in-memory store keeps the contract of every store.

config_store::contract_tests!(async { config_store::MemoryStore::default() });
