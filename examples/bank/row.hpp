// One row of the demonstration's table: what was asked for, what the client and the server counted, and what
// the servant's log, or the bank's database, says really happened.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "kills/places.hpp"

namespace demo {

struct Row {
  std::string semantics;  // "maybe", "at-least-once", "at-most-once", "exactly-once"
  std::string transport;  // "udp", "tcp"
  std::uint64_t calls = 0;
  std::uint64_t requests_sent = 0;  // first copies and retransmissions
  std::uint64_t duplicates = 0;     // requests that reached the server and were not the first of their call
  std::uint64_t executed = 0;       // lines in the servant's log
  std::uint64_t replayed = 0;       // stored replies that were sent again
  std::uint64_t balance = 0;        // in cents
  std::uint64_t expected = 0;       // every payment once
  bool each_once = false;           // by the log or the database: every payment exactly once
  // Of exactly-once rows.
  std::uint64_t answered = 0;
  std::uint64_t violations = 0;  // what is in the database and what was answered contradict each other
  Kills kills;

  bool right() const { return balance == expected && each_once; }
};

/// Rows whose server was killed have other columns: all rows are such, or none.
void print_table(std::ostream& out, const std::vector<Row>& rows, bool colours);
void print_json(std::ostream& out, const std::vector<Row>& rows);

}  // namespace demo
