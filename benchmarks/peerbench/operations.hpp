// The three operations, each with its arguments and the three things that a load does with it: call it, start
// it, and compare what came back with what was sent. They work on the stub of either interface, since the
// operations have the same names in both.
#pragma once

#include <cstddef>
#include <utility>

#include <once/once.hpp>

#include "bench.once.hpp"
#include "data.hpp"

namespace peerbench {

struct Null {
  auto call(auto& stub) const { return stub.try_null(); }
  void start(auto& stub, auto handler) const { stub.async_null(std::move(handler)); }
  bool came_back(const once::Outcome<void>&) const { return true; }
  std::size_t payload_octets() const { return 0; }
};

struct EchoBytes {
  explicit EchoBytes(std::size_t size) : bytes(make_bytes(size)) {}

  auto call(auto& stub) const { return stub.try_echo_bytes(bytes); }
  void start(auto& stub, auto handler) const { stub.async_echo_bytes(bytes, std::move(handler)); }
  bool came_back(const once::Outcome<Payload>& outcome) const { return *outcome == bytes; }
  std::size_t payload_octets() const { return bytes.size(); }

  Payload bytes;
};

struct EchoPersons {
  explicit EchoPersons(std::size_t count) : persons(make_persons(count)) {}

  auto call(auto& stub) const { return stub.try_echo_persons(persons); }
  void start(auto& stub, auto handler) const { stub.async_echo_persons(persons, std::move(handler)); }
  bool came_back(const once::Outcome<Persons>& outcome) const { return *outcome == persons; }
  std::size_t payload_octets() const {
    std::size_t octets = 0;
    for (const Person& person : persons)
      octets += person.name.size() + person.place.size() + sizeof person.year;
    return octets;
  }

  Persons persons;
};

}  // namespace peerbench
