// The durable account's book, read behind the server's back when the server has ended.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <once/base/ids.hpp>

namespace demo {

struct Book {
  struct Payment {
    std::uint32_t number = 0;
    std::uint64_t balance = 0;  // after it: what the servant answered
    once::RequestId id;
    std::uint32_t life = 0;  // of the server that committed it
  };
  std::uint64_t balance = 0;
  std::vector<Payment> payments;
};

/// Throws std::runtime_error with SQLite's message.
Book read_book(const std::string& database);

}  // namespace demo
