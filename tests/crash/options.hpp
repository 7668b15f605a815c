// What the harness can be told, and how its servers and clients are told it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace crash {

struct Options {
  std::uint32_t kills = 50;
  std::string transport = "udp";
  std::uint64_t seed = 0;  // drawn anew in each run
  bool kill_clients = false;
  std::string planted = "none";
  std::string proxy = "none";  // how bad the network between clients and server is
  bool namespaces = false;
  std::uint32_t calls = 0;  // so many transfers are made at least
  bool json = false;
  std::string judge;  // the folder of a run that is judged again

  // Set by the harness when it starts its own program as a server or a client.
  std::string role;
  std::string address;
  std::string network;   // the clients' namespace, if they have one
  std::string upstream;  // the server's address, for the proxy
  std::string database;
  std::string log;
  std::string journals;      // of the registers, a folder
  std::string uses;          // of the registers, by the clients
  std::uint32_t life = 0;    // how many servers there were before
  std::uint32_t client = 0;  // which client it is
  std::string outbox;        // of a client that is to be killed
};

/// Reads the command line. For --help, and for a command line that does not hold, prints what there is to say
/// and ends the program (status 0, or 2).
Options parse_options(int argc, char** argv);

/// What a run is started with, as it is typed.
std::string command_of(const Options& options);

/// The words after the program's name that make it a "server", a "client" or a "proxy".
std::vector<std::string> words_for(const Options& options, const std::string& role);

/// The roles: each prints lines for the harness, waits until it is let go on, and ends at SIGTERM. They return the exit status.
int run_server(const Options& options);
int run_client(const Options& options);
/// Prints its address, and how often it has done what at its end.
int run_proxy(const Options& options);

}  // namespace crash
