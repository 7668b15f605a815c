// A file on a simulated host's disk, for stores and outboxes, and for the test, which reads it behind their backs.
//
//     once::durable::Store store{host.disk("bank.db"), {.schema = kTables}};
//     world.check("sum", [&] { return server.disk("bank.db").find<long>("SELECT sum(cents) FROM account").value_or(0) == 0; });
//
// What is written is at first only in the disk's cache. When the power fails, each sector of each write since the last
// sync is kept or lost by itself.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <once/durable/place.hpp>

namespace once::simulation {

class Host;

/// Names the file; cheap to copy. Valid as long as its host.
class Disk {
 public:
  /// Where a store or an outbox of the host's present life may be.
  operator durable::Place() const;

  /// The first column of the statement's first row, as whoever opened the file now would read it. Nothing: there is no
  /// such file yet, or no such table, no row, or it is NULL. Throws durable::SqlError for a statement that is wrong.
  template <class T>
  std::optional<T> find(std::string_view statement) const {
    const Value value = first(statement);
    if constexpr (std::integral<T>) {
      if (const auto* found = std::get_if<std::int64_t>(&value)) return static_cast<T>(*found);
    } else if constexpr (std::floating_point<T>) {
      if (const auto* found = std::get_if<double>(&value)) return static_cast<T>(*found);
      if (const auto* found = std::get_if<std::int64_t>(&value)) return static_cast<T>(*found);
    } else {
      if (const auto* found = std::get_if<std::string>(&value)) return T{*found};
    }
    return std::nullopt;
  }

 private:
  friend class Host;
  using Value = std::variant<std::monostate, std::int64_t, double, std::string>;

  Disk(Host& host, std::string file) : host_(&host), file_(std::move(file)) {}
  Value first(std::string_view statement) const;

  Host* host_;
  std::string file_;
};

}  // namespace once::simulation
