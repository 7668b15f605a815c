#include "book.hpp"

#include "kills/tables.hpp"

namespace demo {

Book read_book(const std::string& database) {
  Tables tables{database};
  Book book;
  tables.select("SELECT cents FROM account",
                [&](const auto& column) { book.balance += static_cast<std::uint64_t>(column(0)); });
  tables.select("SELECT number, balance, session, sequence, life FROM payment", [&](const auto& column) {
    const auto natural = [&](int index) { return static_cast<std::uint64_t>(column(index)); };
    book.payments.push_back({static_cast<std::uint32_t>(column(0)),
                             natural(1),
                             {natural(2), natural(3)},
                             static_cast<std::uint32_t>(column(4))});
  });
  return book;
}

}  // namespace demo
