// The judge itself: each of its checks must be able to fail. And the simulator's own reading of the wire,
// against messages that the core has written.
#include <gtest/gtest.h>

#include "client_ledger.hpp"
#include "core/wire.hpp"
#include "event_queue.hpp"
#include "ledger.hpp"
#include "network.hpp"
#include "oracle.hpp"
#include "payload.hpp"
#include "wire_view.hpp"

namespace once::simulator {
namespace {

using namespace std::chrono_literals;

/// An oracle that knows one client and one call of it.
class Judge : public testing::Test {
 protected:
  Judge() : client_(oracle_.announce_client(kInstance, false)) { call_ = issue(Semantics::AtMostOnce); }

  CallId issue(Semantics semantics) {
    CallPlan plan;
    plan.client_life = client_;
    plan.semantics = semantics;
    plan.size = 64;
    plan.deadline = kOrigin + 1s;
    const CallId call = oracle_.issue(plan);
    oracle_.may_begin(call, kOrigin + 1s);
    return call;
  }
  core::Arrival arrival(CallId call, Sequence number, Semantics semantics = Semantics::AtMostOnce) {
    core::Arrival arrival;
    arrival.id = {7, number};
    arrival.semantics = semantics;
    arrival.body = make_request_body(call, 64);
    arrival.client = kInstance;
    return arrival;
  }
  std::uint64_t execute(CallId call, Sequence number) {
    return oracle_.execute(call, arrival(call, number), 0, kOrigin);
  }
  void complete(CallId call, OutcomeKind kind, Time now = kOrigin, Slice body = {}, std::uint32_t sent = 1) {
    core::CallCompletion completion;
    completion.kind = kind;
    completion.body = std::move(body);
    completion.sent = sent;
    oracle_.completed(call, completion, now, kOrigin);
  }

  static constexpr ClientInstance kInstance{1, 2};
  Oracle oracle_{1};
  std::uint32_t client_;
  CallId call_;
};

TEST_F(Judge, AcceptsACallThatRanOnceAndGotItsReply) {
  oracle_.transmitted(call_);
  EXPECT_EQ(oracle_.arrived(arrival(call_, 1)), call_);
  const std::uint64_t execution = execute(call_, 1);
  oracle_.replied(execution, core::ReplyStatus::Value, false, Errc::ok, 40);
  complete(call_, OutcomeKind::Executed, kOrigin, make_reply_body({call_, execution}, 40));
  EXPECT_EQ(oracle_.tally().of(OutcomeKind::Executed), 1u);
  oracle_.check_all_ended();
}

TEST_F(Judge, SeesARequestThatRunsTwice) {
  execute(call_, 1);
  EXPECT_THROW(execute(call_, 1), Violation);
}

/// Exactly-once calls: the servant may begin several times, and one outcome is kept.
class StoreJudge : public Judge {
 protected:
  StoreJudge() { call_ = issue(Semantics::ExactlyOnce); }
  std::uint64_t run(Sequence number, core::ReplyStatus status = core::ReplyStatus::Value) {
    const std::uint64_t execution =
        oracle_.execute(call_, arrival(call_, number, Semantics::ExactlyOnce), kServer, kOrigin);
    oracle_.replied(execution, status, false, Errc::ok, 40);
    return execution;
  }
  static constexpr std::uint16_t kServer = 7;
};

TEST_F(StoreJudge, AcceptsAServantThatIsRolledBackAndRunsAgain) {
  run(1);
  const std::uint64_t execution = run(1);
  oracle_.committed(execution);
  oracle_.check_effects(kServer, {execution});
  oracle_.transmitted(call_);
  complete(call_, OutcomeKind::Executed, kOrigin, make_reply_body({call_, execution}, 40));
}

TEST_F(StoreJudge, SeesASecondOutcome) {
  const std::uint64_t first = run(1);
  const std::uint64_t second = run(1);
  oracle_.committed(first);
  oracle_.committed(first);
  EXPECT_THROW(oracle_.committed(second), Violation);
}

TEST_F(StoreJudge, SeesASecondOutcomeUnderAnotherNumber) {
  oracle_.committed(run(1));
  EXPECT_THROW(oracle_.committed(run(2)), Violation);
}

TEST_F(StoreJudge, SeesAReplyThatWasNotKept) {
  const std::uint64_t kept = run(1);
  const std::uint64_t lost = run(1);
  oracle_.committed(kept);
  oracle_.transmitted(call_);
  EXPECT_THROW(complete(call_, OutcomeKind::Executed, kOrigin, make_reply_body({call_, lost}, 40)),
               Violation);
}

TEST_F(StoreJudge, SeesAnEffectOfACallThatIsSaidNotToHaveRun) {
  const std::uint64_t execution = run(1);
  oracle_.transmitted(call_);
  complete(call_, OutcomeKind::NotExecuted);
  EXPECT_THROW(oracle_.committed(execution), Violation);
}

TEST_F(StoreJudge, SeesEffectsThatAreLostOrTwiceThereOrLeftByAFailure) {
  const std::uint64_t execution = run(1);
  oracle_.committed(execution);
  EXPECT_THROW(oracle_.check_effects(kServer, {}), Violation);
  EXPECT_THROW(oracle_.check_effects(kServer, {execution, execution}), Violation);
  EXPECT_NO_THROW(oracle_.check_effects(kServer + 1, {}));
  call_ = issue(Semantics::ExactlyOnce);
  const std::uint64_t failed = run(2, core::ReplyStatus::UserException);
  EXPECT_THROW(oracle_.check_effects(kServer, {execution, failed}), Violation);
}

TEST_F(StoreJudge, LetsACallRunAgainInAnOlderCopyOfTheStore) {
  const std::uint64_t first = run(1);
  const std::size_t before = oracle_.commits();
  oracle_.committed(first);
  oracle_.rolled_back(kServer + 1, before);
  EXPECT_THROW(oracle_.check_effects(kServer, {}), Violation);
  oracle_.rolled_back(kServer, before);
  oracle_.check_effects(kServer, {});
  const std::uint64_t second = run(1);
  oracle_.committed(second);
  oracle_.check_effects(kServer, {second});
}

TEST_F(Judge, SeesACallThatBeginsWithoutTimeLeft) {
  const CallId call = issue(Semantics::AtMostOnce);
  EXPECT_THROW(oracle_.execute(call, arrival(call, 1), 0, kOrigin + 1s), Violation);
}

/// What a client says about one number of session 7.
class Numbers : public Judge {
 protected:
  static Bytes said(core::MessageType type, Sequence number, Sequence through = 0) {
    core::SessionMessage message;
    message.type = type;
    message.session = 7;
    message.sequence = number;
    message.expected = {0, 3};
    message.acknowledgement.through = through;
    Bytes header;
    write(message, {}, header);
    return header;
  }
  static Bytes working(std::uint64_t epoch) {
    core::Answer answer;
    answer.type = core::MessageType::Working;
    answer.semantics = Semantics::AtMostOnce;
    answer.session = 7;
    answer.sequence = 1;
    answer.epoch = {0, epoch};
    Bytes bytes(core::kServerHeaderMax);
    bytes.resize(write(answer, bytes.data()));
    return bytes;
  }
  ClientLedger ledger_{oracle_, {}};
};

TEST_F(Numbers, AreAcknowledgedWhenTheirCallsHaveEnded) {
  ledger_.sent(said(core::MessageType::Request, 1), call_);
  EXPECT_THROW(ledger_.sent(said(core::MessageType::Ack, 0, 1), 0), Violation);
  oracle_.transmitted(call_);
  complete(call_, OutcomeKind::Unknown);
  EXPECT_NO_THROW(ledger_.sent(said(core::MessageType::Ack, 0, 1), 0));
  EXPECT_THROW(ledger_.sent(said(core::MessageType::Request, 1, 1), issue(Semantics::AtMostOnce)), Violation);
}

TEST_F(Numbers, AreOneCallsEach) {
  ledger_.sent(said(core::MessageType::Request, 1), call_);
  ledger_.sent(said(core::MessageType::Request, 1), call_);
  EXPECT_THROW(ledger_.sent(said(core::MessageType::Request, 1), issue(Semantics::AtMostOnce)), Violation);
}

TEST_F(Numbers, AreProbedIfThisLifeOfTheServerWorksOnThem) {
  ledger_.sent(said(core::MessageType::Request, 1), call_);
  ledger_.received(working(2));
  EXPECT_THROW(ledger_.sent(said(core::MessageType::Probe, 1), 0), Violation);
  ledger_.received(working(3));
  EXPECT_NO_THROW(ledger_.sent(said(core::MessageType::Probe, 1), 0));
}

TEST_F(Judge, SeesACallThatRunsUnderTwoNumbers) {
  execute(call_, 1);
  EXPECT_THROW(execute(call_, 2), Violation);
}

TEST_F(Judge, SeesARunAfterNotExecutedWasReported) {
  oracle_.transmitted(call_);
  complete(call_, OutcomeKind::NotExecuted);
  EXPECT_THROW(execute(call_, 1), Violation);
}

TEST_F(Judge, SeesARunAfterTheServerSaidThatItNeverWill) {
  oracle_.told_that_it_did_not_run({7, 1});
  EXPECT_THROW(execute(call_, 1), Violation);
}

TEST_F(Judge, SeesNotExecutedReportedForACallThatRan) {
  oracle_.transmitted(call_);
  execute(call_, 1);
  EXPECT_THROW(complete(call_, OutcomeKind::NotExecuted), Violation);
}

TEST_F(Judge, SeesExecutedReportedForACallThatDidNotRun) {
  oracle_.transmitted(call_);
  EXPECT_THROW(complete(call_, OutcomeKind::ReplyLost), Violation);
}

TEST_F(Judge, SeesNotSentReportedForACallThatWasSent) {
  oracle_.transmitted(call_);
  EXPECT_THROW(complete(call_, OutcomeKind::NotSent), Violation);
}

TEST_F(Judge, SeesAReplyOfAnotherCall) {
  const CallId other = issue(Semantics::AtMostOnce);
  oracle_.transmitted(call_);
  execute(call_, 1);
  const std::uint64_t execution = execute(other, 2);
  oracle_.replied(execution, core::ReplyStatus::Value, false, Errc::ok, 40);
  EXPECT_THROW(complete(call_, OutcomeKind::Executed, kOrigin, make_reply_body({other, execution}, 40)),
               Violation);
}

TEST_F(Judge, SeesASecondCompletionAndALateOne) {
  oracle_.transmitted(call_);
  complete(call_, OutcomeKind::Unknown);
  EXPECT_THROW(complete(call_, OutcomeKind::Unknown), Violation);
  const CallId late = issue(Semantics::AtMostOnce);
  oracle_.transmitted(late);
  EXPECT_THROW(complete(late, OutcomeKind::Unknown, kOrigin + 2s), Violation);
}

TEST_F(Judge, SeesACallThatNeverEnds) {
  EXPECT_THROW(oracle_.check_all_ended(), Violation);
}

TEST_F(Judge, SeesAMaybeCallThatIsRetransmitted) {
  const CallId call = issue(Semantics::Maybe);
  oracle_.transmitted(call);
  EXPECT_THROW(oracle_.transmitted(call), Violation);
}

TEST_F(Judge, SeesAChangedRequest) {
  core::Arrival changed = arrival(call_, 1);
  changed.operation = 1;
  EXPECT_THROW(oracle_.arrived(changed), Violation);
}

TEST(Ledger, SeesMoreOctetsToAnUnprovenAddressThanCameFromIt) {
  ServerLedger ledger{core::ServerLimits{}};
  const core::Path path = path_to(9, 1'000);
  ledger.received(path, 100, false);
  ledger.received(path, 0, false);
  ledger.sent(path, 100, 0, 0);
  EXPECT_THROW(ledger.sent(path, 1, 0, 0), Violation);
}

TEST(Ledger, SeesASessionThatIsExpiredTooEarly) {
  core::ServerConfig config;
  const core::ServerCore core{config, kOrigin};
  ServerLedger ledger{config.limits};
  ledger.heard(7, 1, kOrigin + 2s);
  ledger.heard(7, 1, kOrigin + 9s);  // a copy
  ledger.read(7, 1);
  EXPECT_NO_THROW(ledger.forget_sessions(core, true, kOrigin + 2s));
  ledger.heard(7, 2, kOrigin + 4s);
  EXPECT_THROW(ledger.forget_sessions(core, true, kOrigin + 3s), Violation);
  EXPECT_THROW(ledger.forget_sessions(core, true, kOrigin + 5s), Violation);  // nobody has read it yet
}

TEST(Ledger, SeesAServantBeyondTheLimitOfItsClient) {
  core::ServerLimits limits;
  limits.running_per_client_max = 1;
  ServerLedger ledger{limits};
  ledger.begun({1, 1});
  ledger.begun({1, 2});
  ledger.ended({1, 1});
  ledger.begun({1, 1});
  EXPECT_THROW(ledger.begun({1, 2}), Violation);
}

TEST(Ledger, SeesAMessageThatNothingAskedFor) {
  ServerLedger ledger{core::ServerLimits{}};
  const core::Path path = path_to(9, 1'000);
  ledger.received(path, 100, true);
  ledger.spoke(0);
  EXPECT_THROW(ledger.spoke(0), Violation);
}

TEST(Ledger, SeesADatagramThatIsTooLargeForItsPath) {
  ServerLedger ledger{core::ServerLimits{}};
  core::Path path = path_to(9, 1'000);
  path.message_max = 1'200;
  core::FragmentLimits limits;
  ledger.received(path, 10'000, true);
  ledger.sent(path, 1'200, widest(path, limits), 0);
  EXPECT_THROW(ledger.sent(path, 1'201, widest(path, limits), 0), Violation);
  path.fragments = true;  // larger ones may be found by probes
  ledger.sent(path, limits.datagram_max, widest(path, limits), 0);
  EXPECT_THROW(ledger.sent(path, limits.datagram_max + 1, widest(path, limits), 0), Violation);
}

TEST(Payload, IsRefusedAfterAnyFlippedBit) {
  const CallId call = std::uint64_t{1} << 63 | 5;
  const Slice body = make_request_body(call, 40);
  EXPECT_EQ(read_request_body(body), call);
  for (std::size_t bit = 0; bit < body.size() * 8; ++bit) {
    Bytes flipped(body.data(), body.data() + body.size());
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    EXPECT_FALSE(read_request_body(flipped)) << "bit " << bit;
  }
}

TEST(WireView, ReadsWhatTheCoreWrites) {
  core::Answer answer;
  answer.type = core::MessageType::NotExecuted;
  answer.semantics = Semantics::AtMostOnce;
  answer.session = 17;
  answer.sequence = 3;
  Bytes bytes(core::kServerHeaderMax);
  bytes.resize(write(answer, bytes.data()));
  EXPECT_EQ(read_statement(bytes).kind, Statement::Kind::DidNotRun);
  EXPECT_EQ(read_statement(bytes).id, (RequestId{17, 3}));
  EXPECT_TRUE(wants_no_answer(bytes));
}

TEST(WireView, SealsAChangedMessageSoThatTheCoreAcceptsIt) {
  // A request whose number and type a rogue changes …
  core::SessionMessage message;
  message.type = core::MessageType::Request;
  message.session = 17;
  message.sequence = 3;
  Bytes header;
  write(message, as_bytes("key"), header);
  WireEdit edit{Slice::copy_of(header)};
  EXPECT_EQ(edit.sequence(), 3u);
  edit.set_sequence(1'000);
  edit.set_type(WireType::Probe);
  const Slice sealed = std::move(edit).sealed();
  // … is a whole message to the core.
  core::Prefix prefix;
  core::SessionMessage read_back;
  ASSERT_EQ(read_prefix(sealed, prefix), Errc::ok);
  ASSERT_EQ(read(sealed, prefix, read_back), Errc::ok);
  EXPECT_EQ(read_back.type, core::MessageType::Probe);
  EXPECT_EQ(read_back.sequence, 1'000u);
  EXPECT_EQ(read_back.session, 17u);
}

}  // namespace
}  // namespace once::simulator
