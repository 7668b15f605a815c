#include "durable_row.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <vector>

#include <nlohmann/json.hpp>

#include "book.hpp"
#include "kills/lines.hpp"
#include "kills/places.hpp"
#include "kills/process.hpp"
#include "kills/watched_store.hpp"
#include "roles.hpp"

namespace demo {
namespace {

/// A row's server, through all its lives.
class KilledServer {
 public:
  explicit KilledServer(Options options) : options_(std::move(options)) { start(); }

  /// Where it listens, in all its lives.
  const std::string& address() const { return options_.address; }
  Process& process() { return *process_; }
  std::uint32_t kills() const { return options_.life; }

  /// Reads a line, and tells the step of a call that stands in it. There the server waits.
  Step read_step() {
    const std::string line = expect_line(*process_, "the server");
    const std::optional<Step> step = parse_step(line);
    if (!step) throw std::runtime_error("the server said: " + line);
    note(*step);
    return *step;
  }
  void let_go() { process_->let_go(); }
  /// Kills it, reads what it still said, and starts it again.
  void kill() {
    process_->kill_now();
    while (const auto line = process_->read_line()) {
      if (const auto step = parse_step(*line)) note(*step);
    }
    ++options_.life;
    start();
  }
  /// Asks it to end, and returns what it counted in its last life.
  nlohmann::json end() {
    process_->ask_to_end();
    std::string line = expect_line(*process_, "the server");
    for (; !line.starts_with('{'); line = expect_line(*process_, "the server")) {
      if (const auto step = parse_step(line)) note(*step);
      let_go();
    }
    if (process_->wait() != 0) throw std::runtime_error("the server failed");
    return nlohmann::json::parse(line);
  }
  /// `book`: read when it has ended.
  Kills places(const Book& book) const {
    std::map<once::RequestId, std::uint32_t> committed;
    for (const Book::Payment& payment : book.payments) committed[payment.id] = payment.life;
    Kills kills;
    for (std::uint32_t life = 0; life < this->kills(); ++life) {
      kills.count(lives_[life], [&](once::RequestId id) {
        const auto found = committed.find(id);
        return found != committed.end() && found->second == life;
      });
    }
    return kills;
  }

 private:
  void start() {
    lives_.emplace_back();
    process_ = std::make_unique<Process>(words_for(options_, "server"));
    options_.address = expect_line(*process_, "the server");  // the real one, with its port
  }
  void note(const Step& step) { lives_.back()[step.id] = step.point; }

  Options options_;
  std::unique_ptr<Process> process_;
  std::vector<Steps> lives_;  // all but the last ended by a kill
};

/// The payments that were answered, with the balance that was answered.
using Answers = std::map<std::uint32_t, std::uint64_t>;

/// What may not be: a payment twice in the book, or answered and not in it, or with another answer.
std::uint64_t violations(const Book& book, const Answers& answers) {
  std::map<std::uint32_t, std::uint64_t> booked;
  std::uint64_t count = 0;
  for (const Book::Payment& payment : book.payments) {
    if (!booked.emplace(payment.number, payment.balance).second) ++count;
  }
  for (const auto& [payment, balance] : answers) {
    const auto found = booked.find(payment);
    if (found == booked.end() || found->second != balance) ++count;
  }
  if (book.balance != book.payments.size() * kAmount) ++count;
  return count;
}

}  // namespace

Row run_durable_row(Options options, const std::function<void(const std::string&)>& show) {
  constexpr std::array kAims{Point::Arrived, Point::Written, Point::Committed, Point::Answered};
  constexpr std::uint32_t kCalmShare = 3;
  const std::uint64_t lively = options.calls - options.calls / kCalmShare;  // the last third is left in peace
  KilledServer server{options};
  options.address = server.address();
  Process client{words_for(options, "client")};
  Answers answers;
  std::uint64_t ended = 0;
  nlohmann::json told_by_client;
  while (told_by_client.is_null()) {
    if (&Process::first_ready({&client, &server.process()}) == &server.process()) {
      const Step step = server.read_step();
      const bool is_due = server.kills() < options.kills && ended * options.kills >= server.kills() * lively;
      if (is_due && step.point == kAims.at(server.kills() % kAims.size())) {
        server.kill();
      } else {
        server.let_go();
      }
      continue;
    }
    const std::string line = expect_line(client, "the client");
    if (line.starts_with('{')) {
      told_by_client = nlohmann::json::parse(line);
      continue;
    }
    std::istringstream in{line};
    std::uint32_t payment = 0;
    std::uint64_t balance = 0;
    in >> payment >> balance;
    if (balance > 0) answers.emplace(payment, balance);
    show(std::to_string(++ended) + " of " + std::to_string(options.calls) + " payments, " +
         std::to_string(server.kills()) + " kills");
  }
  if (client.wait() != 0) throw std::runtime_error("the client failed");
  if (server.kills() < options.kills)
    throw std::runtime_error("the run was too short for so many kills; --calls makes it longer");
  const nlohmann::json told_by_server = server.end();

  const Book book = read_book(options.database);
  Row row;
  row.calls = options.calls;
  row.answered = answers.size();
  row.expected = row.calls * kAmount;
  row.requests_sent = told_by_client.at("requests_sent");
  row.replayed = told_by_server.at("replayed");
  row.executed = read_lines(options.log).size();
  row.balance = book.balance;
  row.violations = violations(book, answers);
  row.each_once = row.violations == 0 && book.payments.size() == row.calls;
  row.kills = server.places(book);
  const auto requests = told_by_server.at("requests").get<std::uint64_t>();
  row.duplicates = requests - std::min(requests, row.calls);
  return row;
}

}  // namespace demo
