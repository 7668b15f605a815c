// The command lines of the two programs. They follow a contract that other RPC systems obey as well, so that
// one runner can drive them all; benchmarks/README.md states it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <once/base/error.hpp>
#include <once/codec/codec.hpp>
#include <once/rpc/server.hpp>

namespace peerbench {

struct ServerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  unsigned threads = 1;  // event loops
  bool reuse = false;    // results are made in objects that were results before
  once::Threading threading = once::Threading::Loop;
};

enum class OperationKind : std::uint8_t { NullCall, BytesEcho, PersonsEcho };
enum class Mode : std::uint8_t { Sync, Pipelined, Idle };

struct ClientOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  OperationKind operation = OperationKind::NullCall;
  std::size_t size = 0;  // octets of the payload, or number of persons
  Mode mode = Mode::Sync;
  unsigned inflight = 1;  // pipelined: calls on the way on each connection
  unsigned connections = 1;
  double duration = 1.0;  // seconds that are measured
  double warmup = 0.2;    // seconds before
  once::CodecId codec = once::CodecId::Cdr;
  once::Semantics semantics = once::Semantics::AtMostOnce;
  double duplicates = 0;  // share of the datagrams that travel twice, each way
  bool reuse = false;     // sync: results are received into objects that were results before
};

/// "tcp" or "udp": which of the programs this is.
extern const char* const kTransport;

/// nullopt: the program ends with `exit_code`; --help or the error has been printed.
std::optional<ServerOptions> parse_server_options(int argc, char** argv, int& exit_code);
std::optional<ClientOptions> parse_client_options(int argc, char** argv, int& exit_code);

/// As the command line spells them.
std::string_view to_string(OperationKind operation);
std::string_view to_string(Mode mode);

/// Lets the process open as many sockets as the system allows it to.
void raise_descriptor_limit();

}  // namespace peerbench
