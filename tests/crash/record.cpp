#include "record.hpp"

#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

#include "kills/lines.hpp"
#include "kills/tables.hpp"

namespace crash {
namespace {

namespace fs = std::filesystem;

/// Reads a record line by line.
class Reader {
 public:
  explicit Reader(History& history) : history_(history) {}

  void note(const std::string& line) {
    std::istringstream in{line};
    std::string who;
    in >> who >> std::ws;
    if (who == "run") {
      std::getline(in, history_.run);
    } else if (who == "server") {
      note_server(in);
    } else if (who == "client") {
      note_client(in);
    } else if (who == "network") {
      ++history_.network[rest_of(in)];
    } else if (who == "proxy") {
      history_.proxy = parse_counts(rest_of(in)).value_or(ProxyCounts{});
    } else {
      throw std::runtime_error("the record says: " + line);
    }
  }

 private:
  static std::string rest_of(std::istringstream& in) {
    std::string rest;
    std::getline(in >> std::ws, rest);
    return rest;
  }
  void note_server(std::istringstream& in) {
    const std::string line = rest_of(in);
    if (line == "begins") {
      history_.lives.emplace_back();
    } else if (const auto step = demo::parse_step(line)) {
      history_.lives.at(history_.lives.size() - 1).steps[step->id] = step->point;
    } else {
      std::istringstream kept{line};
      std::string word;
      once::RequestId id;
      if (!(kept >> word >> id.session >> id.sequence) || word != "kept") {
        throw std::runtime_error("the server said: " + line);
      }
      history_.lives.at(history_.lives.size() - 1).kept.insert(id);
    }
  }
  void note_client(std::istringstream& in) {
    std::uint32_t client = 0;
    in >> client;
    const std::string line = rest_of(in);
    if (line == "killed") {
      note_kill(deeds_[client]);
    } else if (const auto deed = parse_deed(line)) {
      deeds_[client] = *deed;
      if (const auto ended = parse_ended(line)) history_.ended.push_back(*ended);
    } else {
      throw std::runtime_error("a client said: " + line);
    }
  }
  void note_kill(Deed last) {
    switch (last) {
      case Deed::Called: ++history_.client_kills.called; break;
      case Deed::Ended: ++history_.client_kills.ended; break;
      case Deed::Forgot: ++history_.client_kills.forgot; break;
    }
  }

  History& history_;
  std::map<std::uint32_t, Deed> deeds_;  // the newest of each client
};

void read_executions(const fs::path& file, History& history) {
  std::ifstream in{file};
  for (Execution one; in >> one.life >> one.id.session >> one.id.sequence >> one.number;) {
    history.executions.push_back(one);
  }
}

void read_database(const fs::path& file, History& history) {
  demo::Tables tables{file};
  tables.select("SELECT id, number, balance, session, sequence, life FROM transfer", [&](const auto& column) {
    const auto natural = [&](int index) { return static_cast<std::uint64_t>(column(index)); };
    history.book.push_back({column(0),
                            static_cast<std::uint32_t>(column(1)),
                            column(2),
                            {natural(3), natural(4)},
                            static_cast<std::uint32_t>(column(5))});
  });
  tables.select("SELECT cents FROM account ORDER BY number",
                [&](const auto& column) { history.balances.push_back(column(0)); });
}

}  // namespace

fs::path record_in(const fs::path& folder) {
  return folder / "record";
}
fs::path database_in(const fs::path& folder) {
  return folder / "bank.db";
}
fs::path executions_in(const fs::path& folder) {
  return folder / "executions";
}
fs::path journals_in(const fs::path& folder) {
  return folder / "journals";
}
fs::path uses_in(const fs::path& folder) {
  return folder / "uses";
}

/// Looks at a copy: whoever opens the file itself mends it, and writes the log back when it is closed.
std::vector<once::RequestId> kept_in(const fs::path& folder) {
  const fs::path copy = folder / "copy.db";
  for (const char* const part : {"", "-wal"}) {
    const std::string from = database_in(folder).string() + part;
    if (fs::exists(from)) fs::copy_file(from, copy.string() + part, fs::copy_options::overwrite_existing);
  }
  std::vector<once::RequestId> kept;
  demo::Tables{copy}.select("SELECT session, sequence FROM once_outcome", [&](const auto& column) {
    kept.push_back({static_cast<std::uint64_t>(column(0)), static_cast<std::uint64_t>(column(1))});
  });
  for (const char* const part : {"", "-wal", "-shm"}) fs::remove(copy.string() + part);
  return kept;
}

History read_history(const fs::path& folder) {
  if (!fs::exists(record_in(folder))) throw std::runtime_error(folder.string() + " holds no run");
  History history;
  Reader reader{history};
  for (const std::string& line : demo::read_lines(record_in(folder))) reader.note(line);
  read_executions(executions_in(folder), history);
  read_database(database_in(folder), history);
  history.register_uses = read_uses(uses_in(folder));
  history.register_runs = read_journals(journals_in(folder));
  return history;
}

}  // namespace crash
