// Adds up and prints.
#include "report.hpp"

#include <array>
#include <iomanip>
#include <ostream>

#include "random.hpp"

namespace once::simulator {
namespace {

struct Named {
  const char* name;
  std::uint64_t core::ServerCounters::*counter;
};

using Counters = core::ServerCounters;

constexpr std::array<Named, 13> kVerdicts = {{{"New", &Counters::fresh},
                                              {"InProgress", &Counters::in_progress},
                                              {"Replay", &Counters::replay},
                                              {"Stale", &Counters::stale},
                                              {"OverWindow", &Counters::over_window},
                                              {"Collision", &Counters::collision},
                                              {"ReplyLost", &Counters::reply_lost},
                                              {"Refused", &Counters::refused},
                                              {"RefusedAgain", &Counters::refused_again},
                                              {"Unseen", &Counters::unseen},
                                              {"WrongEpoch", &Counters::wrong_epoch},
                                              {"NoSession", &Counters::no_session},
                                              {"Challenged", &Counters::challenged}}};

constexpr std::array<Named, 16> kOthers = {{{"malformed", &Counters::malformed},
                                            {"bad checksum", &Counters::bad_checksum},
                                            {"bad version", &Counters::bad_version},
                                            {"wrong principal", &Counters::wrong_principal},
                                            {"unexpected", &Counters::unexpected},
                                            {"hellos", &Counters::hellos},
                                            {"cookies", &Counters::cookies},
                                            {"sessions opened", &Counters::sessions_opened},
                                            {"sessions ended", &Counters::sessions_ended},
                                            {"sessions expired", &Counters::sessions_expired},
                                            {"moved", &Counters::moved},
                                            {"overloaded", &Counters::overloaded},
                                            {"waited too long", &Counters::shed},
                                            {"executed", &Counters::executed},
                                            {"orphans", &Counters::orphans},
                                            {"replies evicted", &Counters::replies_evicted}}};

constexpr std::array<std::uint64_t core::ClientCounters::*, 12> kClientCounters = {
    &core::ClientCounters::requests_sent, &core::ClientCounters::retransmissions,
    &core::ClientCounters::probes,        &core::ClientCounters::acknowledgements,
    &core::ClientCounters::hellos,        &core::ClientCounters::sessions,
    &core::ClientCounters::ignored,       &core::ClientCounters::malformed,
    &core::ClientCounters::completions,   &core::ClientCounters::further_sessions,
    &core::ClientCounters::retries,       &core::ClientCounters::retries_denied};

using Fragments = core::FragmentCounters;

struct NamedFragments {
  const char* name;
  std::uint64_t Fragments::*counter;
};

constexpr std::array<NamedFragments, 13> kFragments = {{{"transfers", &Fragments::transfers},
                                                        {"completed", &Fragments::completed},
                                                        {"received", &Fragments::received},
                                                        {"begun again", &Fragments::restarted},
                                                        {"unwanted", &Fragments::unwanted},
                                                        {"fragments sent", &Fragments::fragments_sent},
                                                        {"lost", &Fragments::fragments_lost},
                                                        {"timeouts", &Fragments::timeouts},
                                                        {"refused", &Fragments::refused},
                                                        {"contradictions", &Fragments::contradictions},
                                                        {"stalled", &Fragments::stalled},
                                                        {"late", &Fragments::late},
                                                        {"path probes", &Fragments::path_probes}}};

constexpr std::array<OutcomeKind, 6> kOutcomes = {OutcomeKind::NotSent,     OutcomeKind::Sent,
                                                  OutcomeKind::NotExecuted, OutcomeKind::Executed,
                                                  OutcomeKind::ReplyLost,   OutcomeKind::Unknown};

constexpr std::array<Semantics, 4> kSemantics = {Semantics::Maybe, Semantics::AtLeastOnce,
                                                 Semantics::AtMostOnce, Semantics::ExactlyOnce};

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

void Tally::add(const core::ServerCounters& counters) {
  for (const Named& named : kVerdicts) server.*named.counter += counters.*named.counter;
  for (const Named& named : kOthers) {
    server.*named.counter += counters.*named.counter;
  }
}

void Tally::add(const core::ClientCounters& counters) {
  for (const auto counter : kClientCounters) client.*counter += counters.*counter;
}

void Tally::add(const core::FragmentCounters& counters) {
  for (const NamedFragments& named : kFragments) fragments.*named.counter += counters.*named.counter;
}

void Tally::add(const Tally& other) {
  seeds += other.seeds;
  calls += other.calls;
  events += other.events;
  server_lives += other.server_lives;
  client_lives += other.client_lives;
  virtual_time += other.virtual_time;
  trace_hash += other.trace_hash;
  outcomes.add(other.outcomes);
  network.add(other.network);
  add(other.server);
  add(other.client);
  add(other.fragments);
  store.power_failures += other.store.power_failures;
  store.stops += other.store.stops;
  store.repeated += other.store.repeated;
  store.rollbacks += other.store.rollbacks;
}

void print_report(std::ostream& out, const Tally& tally, double seconds) {
  const auto column = [&out](auto value) { out << std::setw(13) << value; };
  out << "\noutcome      ";
  for (const Semantics semantics : kSemantics) column(to_string(semantics));
  out << "          all    share\n" << std::fixed << std::setprecision(2);
  for (const OutcomeKind kind : kOutcomes) {
    out << std::left << std::setw(13) << to_string(kind) << std::right;
    for (const Semantics semantics : kSemantics) {
      column(tally.outcomes.by[static_cast<int>(semantics)][static_cast<int>(kind)]);
    }
    column(tally.outcomes.of(kind));
    out << std::setw(7) << share(tally.outcomes.of(kind), tally.outcomes.ended()) << " %\n";
  }
  out << "\nverdict        times\n";
  for (const Named& verdict : kVerdicts) {
    out << std::left << std::setw(13) << verdict.name << std::right << std::setw(7)
        << tally.server.*verdict.counter << "\n";
  }
  out << "\nserver cores  ";
  for (const Named& other : kOthers) {
    out << " " << other.name << " " << tally.server.*other.counter << ",";
  }
  out << "\nclient cores   requests " << tally.client.requests_sent << ", retransmissions "
      << tally.client.retransmissions << ", probes " << tally.client.probes << ", acknowledgements "
      << tally.client.acknowledgements << ", sessions " << tally.client.sessions << " ("
      << tally.client.further_sessions << " beside others), ignored " << tally.client.ignored
      << ", made again " << tally.client.retries << " (" << tally.client.retries_denied << " denied)"
      << "\nfragments     ";
  for (const NamedFragments& named : kFragments) {
    out << " " << named.name << " " << tally.fragments.*named.counter << ",";
  }
  out << "\nnetwork        packets " << tally.network.packets << ", lost " << tally.network.lost
      << ", copied " << tally.network.copied << ", reordered " << tally.network.reordered << ", damaged "
      << tally.network.damaged << ", replayed " << tally.network.replayed << ", connections "
      << tally.network.connections << ", too wide " << tally.network.too_wide << ", no room "
      << tally.network.no_room << ", clogs " << tally.network.clogs << ", broken " << tally.network.cuts
      << "\nhosts          server lives " << tally.server_lives << ", client lives " << tally.client_lives
      << ", calls that ended with their client " << tally.outcomes.vanished << ", executions "
      << tally.outcomes.executions << "\nstores         outcomes kept " << tally.outcomes.committed
      << ", power failures " << tally.store.power_failures << ", failed syncs " << tally.store.stops
      << ", calls made again " << tally.store.repeated << "\n\n"
      << tally.calls << " calls, " << tally.seeds << " seeds, " << tally.events << " events, "
      << std::setprecision(1) << std::chrono::duration<double>(tally.virtual_time).count() / 3600
      << " virtual hours in " << std::setprecision(2) << seconds << " s";
  out << ", trace " << std::hex << tally.trace_hash << std::dec;
  if (seconds > 0)
    out << " (" << std::setprecision(0) << static_cast<double>(tally.calls) / seconds << " calls/s)";
  out << "\n";
}

void print_json(std::ostream& out, const Tally& tally, double seconds, const Violation* violation,
                const std::string& again) {
  out << std::fixed << std::setprecision(2) << "{\"calls\": " << tally.calls << ", \"seeds\": " << tally.seeds
      << ", \"events\": " << tally.events << ", \"executions\": " << tally.outcomes.executions
      << ", \"outcomes_kept\": " << tally.outcomes.committed << ", \"server_lives\": " << tally.server_lives
      << ", \"client_lives\": " << tally.client_lives << ", \"seconds\": " << seconds << ", \"trace\": \""
      << std::hex << tally.trace_hash << std::dec << "\", \"violations\": " << (violation != nullptr ? 1 : 0);
  if (violation != nullptr) {
    out << ", \"invariant\": \"" << violation->invariant << "\", \"text\": \"" << violation->text
        << "\", \"again\": \"" << again << "\"";
  }
  out << "}\n";
}

std::vector<std::string> missed_floors(const Tally& tally) {
  std::vector<std::string> missed;
  for (const OutcomeKind kind : kOutcomes) {
    if (share(tally.outcomes.of(kind), tally.outcomes.ended()) >= 1) continue;
    missed.push_back("less than 1 % of the calls ended as " + std::string{to_string(kind)});
  }
  const std::uint64_t floor =
      std::max<std::uint64_t>(1, 100 * std::min<std::uint64_t>(tally.calls, 100'000) / 100'000);
  for (const Named& verdict : kVerdicts) {
    if (tally.server.*verdict.counter >= floor) continue;
    missed.push_back("verdict " + std::string{verdict.name} + " came less than " + std::to_string(floor) +
                     " times");
  }
  if (tally.outcomes.committed < floor)
    missed.push_back("fewer exactly-once outcomes kept than " + std::to_string(floor));
  if (tally.server.moved < floor) missed.push_back("fewer sessions that moved than " + std::to_string(floor));
  if (tally.client.further_sessions == 0) missed.push_back("no client made a session beside another");
  if (tally.server.shed < floor)
    missed.push_back("fewer calls that had waited too long than " + std::to_string(floor));
  if (tally.client.retries < floor)
    missed.push_back("fewer calls made again after overload than " + std::to_string(floor));
  if (tally.store.repeated == 0) missed.push_back("no call in a lasting session was made again");
  if (tally.store.power_failures == 0) missed.push_back("the power never failed while a store was writing");
  for (const NamedFragments& named : kFragments) {
    if (tally.fragments.*named.counter > 0) continue;
    missed.push_back("of fragments: " + std::string{named.name} + " never happened");
  }
  return missed;
}

}  // namespace once::simulator
