// The test data. Every system that is measured sends these values, so they are fixed by the contract and not
// a matter of taste: octet i of a payload is (131 i + i / 256) mod 256; person i is made of the i-th given
// name, family name and year of fixed lists, and every place serves three persons in a row.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <once/base/bytes.hpp>

#include "bench.once.hpp"

namespace peerbench {

inline once::Bytes make_bytes(std::size_t size) {
  once::Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 131 + i / 256);
  return bytes;
}

inline std::vector<Person> make_persons(std::size_t count) {
  constexpr std::array<std::string_view, 8> kGiven = {"Ada",     "Bjarne", "Grace",    "Alan",
                                                      "Barbara", "Edsger", "Margaret", "Dennis"};
  constexpr std::array<std::string_view, 7> kFamily = {"Lovelace",  "Stroustrup",  "Hopperson",  "Turingham",
                                                       "Liskovska", "Dijkstrasen", "Hamiltonian"};
  constexpr std::array<std::string_view, 8> kPlaces = {
      "London", "Aarhus", "New York City", "Cambridge", "Los Angeles", "Rotterdam", "Boston", "Bronxville"};
  std::vector<Person> persons(count);
  for (std::size_t i = 0; i < count; ++i) {
    persons[i].name.append(kGiven[i % kGiven.size()]).append(1, ' ').append(kFamily[i % kFamily.size()]);
    persons[i].place = kPlaces[i / 3 % kPlaces.size()];
    persons[i].year = static_cast<std::int32_t>(1815 + i * 37 % 200);
  }
  return persons;
}

}  // namespace peerbench
