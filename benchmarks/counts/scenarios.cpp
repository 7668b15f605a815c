#include "scenarios.hpp"

#include <cstdlib>
#include <deque>
#include <stdexcept>
#include <utility>

#include <once/codec/cdr.hpp>
#include <once/codec/xdr.hpp>

#include "counted_new.hpp"
#include "data.hpp"
#include "echo.hpp"
#include "exchange.hpp"
#include "one_thread.hpp"
#include "operations.hpp"

namespace counts {
namespace {

using Object = peerbench::AtMostOnce;

constexpr unsigned kWarmUp = 500;
constexpr unsigned kInFlight = 64;
constexpr once::Duration kCallTime = std::chrono::microseconds{20};

/// The calls that count. A name of its own: the instructions in it are counted, by scripts/budgets.
extern "C" [[gnu::noinline]] void once_measured(const std::function<void()>& calls) {
  calls();
}

void require(bool right) {
  if (!right) throw std::runtime_error("a call failed");
}

/// An object behind each transport, in the same thread as its caller.
class Place {
 public:
  Place(const Options& options, const std::string& transport)
      : world(options.marks),
        server_({world.server_environment()}),
        client_(world.client_environment()),
        transport_(transport) {
    server_.activate("object", std::make_shared<peerbench::Echo<Object>>());
    server_.listen(transport + "://127.0.0.1:0");
  }

  Object::Stub stub() { return client_.stub<Object>(once::Ref<Object>{server_.reference_to("object")}); }

  /// Warm-up, then what counts.
  Counted count(const Options& options, const std::function<void(unsigned calls)>& make_calls) {
    make_calls(kWarmUp);
    const long all = allocations(), server = world.server_allocations();
    world.mark(Mark::Begin);
    once_measured([&] { make_calls(options.calls); });
    world.mark(Mark::End);
    Counted counted;
    counted.server_allocations = world.server_allocations() - server;
    counted.client_allocations = allocations() - all - counted.server_allocations;
    return counted;
  }

  OneThread world;

 private:
  once::Server server_;
  once::Client client_;
  std::string transport_;
};

// ---- one call at a time ----

template <class Operation>
Counted one_by_one(const Options& options, const std::string& transport, const Operation& operation) {
  Place place{options, transport};
  auto stub = place.stub();
  require(operation.came_back(operation.call(stub)));
  return place.count(options, [&](unsigned calls) {
    for (unsigned i = 0; i < calls; ++i) {
      require(static_cast<bool>(operation.call(stub)));
      place.world.pass_time(kCallTime);
    }
  });
}

// ---- many calls at a time ----

/// One of the places in the window; a call that ends starts the next.
class Slot {
 public:
  struct Shared {
    unsigned to_start = 0;
    unsigned ended = 0;
  };
  Slot(Object::Stub stub, Shared& shared) : stub_(std::move(stub)), shared_(shared) {}

  void start() {
    if (shared_.to_start == 0) return;
    --shared_.to_start;
    stub_.async_null([this](const once::Outcome<void>& outcome) {
      require(static_cast<bool>(outcome));
      ++shared_.ended;
      start();
    });
  }

 private:
  Object::Stub stub_;
  Shared& shared_;
};

Counted pipelined(const Options& options, const std::string& transport) {
  Place place{options, transport};
  Slot::Shared shared;
  std::deque<Slot> slots;
  for (unsigned i = 0; i < kInFlight; ++i) slots.emplace_back(place.stub(), shared);
  return place.count(options, [&](unsigned calls) {
    shared = {calls, 0};
    for (Slot& slot : slots) slot.start();
    while (shared.ended < calls) {
      place.world.turn();
      place.world.pass_time(kCallTime);
    }
  });
}

// ---- no sockets ----

Counted alone(const Options& options, const std::function<void()>& work) {
  for (unsigned i = 0; i < kWarmUp; ++i) work();
  const long before = allocations();
  once_measured([&] {
    for (unsigned i = 0; i < options.calls; ++i) work();
  });
  return {allocations() - before, 0};
}

Counted core_alone(const Options& options) {
  once::core::Exchange exchange{0};
  return alone(options, [&] { exchange.run(1, once::Semantics::AtMostOnce); });
}

template <class Codec>
void encode_persons(once::Buffer& buffer, const peerbench::Persons& persons) {
  buffer.clear();
  typename Codec::Encoder encoder{buffer};
  encode(encoder, persons);
  if (!encoder.finish()) std::abort();
}

template <class Codec>
void decode_persons(peerbench::Persons& persons, once::ByteView octets) {
  const bool right = Codec::decode_with(Codec::kOrder, octets, [&](auto& decoder) {
    decode(decoder, persons);
    return bool{decoder.finish()};
  });
  if (!right) std::abort();
}

template <class Codec>
Counted encoding(const Options& options) {
  const auto persons = peerbench::make_persons(100);
  once::Buffer buffer;
  return alone(options, [&] { encode_persons<Codec>(buffer, persons); });
}

template <class Codec>
Counted decoding(const Options& options, bool into_the_same) {
  once::Buffer buffer;
  encode_persons<Codec>(buffer, peerbench::make_persons(100));
  peerbench::Persons same;
  return alone(options, [&] {
    if (into_the_same) return decode_persons<Codec>(same, buffer.view());
    peerbench::Persons fresh;
    decode_persons<Codec>(fresh, buffer.view());
  });
}

template <class Codec>
void add_codec(std::map<std::string, Scenario>& all, const std::string& name) {
  all["persons100_encode_" + name] = &encoding<Codec>;
  all["persons100_decode_" + name] = [](const Options& options) { return decoding<Codec>(options, false); };
  all["persons100_decode_reuse_" + name] = [](const Options& options) {
    return decoding<Codec>(options, true);
  };
}

}  // namespace

std::map<std::string, Scenario> scenarios() {
  std::map<std::string, Scenario> all;
  for (const std::string transport : {"tcp", "udp"}) {
    all["null_" + transport] = [=](const Options& options) {
      return one_by_one(options, transport, peerbench::Null{});
    };
    all["bytes1k_" + transport] = [=](const Options& options) {
      return one_by_one(options, transport, peerbench::EchoBytes{1024});
    };
    all["bytes32k_" + transport] = [=](const Options& options) {
      return one_by_one(options, transport, peerbench::EchoBytes{32'768});
    };
    all["persons100_" + transport] = [=](const Options& options) {
      return one_by_one(options, transport, peerbench::EchoPersons{100});
    };
    all["null_pipe64_" + transport] = [=](const Options& options) { return pipelined(options, transport); };
  }
  all["bytes64k_tcp"] = [](const Options& options) {
    return one_by_one(options, "tcp", peerbench::EchoBytes{65'536});
  };
  all["core"] = &core_alone;
  add_codec<once::Cdr>(all, "cdr");
  add_codec<once::Xdr>(all, "xdr");
  return all;
}

}  // namespace counts
