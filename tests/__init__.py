"""The tests: unit, services, screens, contracts, documents, browser, concurrency."""
