// What the demonstration can be told, and how a row's server and client processes are told it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace demo {

struct Options {
  std::uint64_t seed = 1;
  double loss = 0.3;               // of datagrams; everything else that the network does wrong scales with it
  std::uint32_t calls = 300;       // in each row
  std::string transport = "both";  // udp, tcp, both
  std::string codec = "cdr";
  std::string semantics = "all";  // maybe, at-least-once, at-most-once, exactly-once, all
  std::uint32_t kills = 0;        // of the server, while it runs
  bool json = false;

  // Set by the demonstration itself when it starts its own program as a row's server or client.
  std::string role;
  std::string address;
  std::string log;
  std::string database;
  std::uint32_t life = 0;  // how many servers of this row were there before
};

/// Reads the command line. For --help, and for a command line that does not hold, prints what there is to say
/// and ends the program (status 0, or 2).
Options parse_options(int argc, char** argv);

/// The words after the program's name that make it the `role` ("server" or "client") of one row.
std::vector<std::string> words_for(const Options& options, const std::string& role);

}  // namespace demo
