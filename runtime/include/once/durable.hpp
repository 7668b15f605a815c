// Exactly-once calls on SQLite: once::durable::Store for servers, and once::durable::Sql for their servants. Link
// Once::durable.
#pragma once

#include <once/durable/outbox.hpp>
#include <once/durable/sql.hpp>
#include <once/durable/store.hpp>
