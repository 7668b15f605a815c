// The server's verdict, step by step (docs/protocol.md, rules V1 to V8), and every Verdict by name.
#include <gtest/gtest.h>

#include "server_desk.hpp"

namespace once::core::testing {
namespace {

class Verdicts : public OpenDesk {};

// --- Step 1: what is damaged or from somebody else is not used

TEST_F(Verdicts, BadChecksumIsDropped) {
  Bytes octets;
  write(desk.header(MessageType::Ack), {}, octets);
  octets[40] ^= 1;
  desk.deliver(Slice::copy_of(octets));
  EXPECT_TRUE(desk.silent());
  EXPECT_EQ(desk.counters().bad_checksum, 1u);
}

TEST_F(Verdicts, BadBodyChecksumIsDropped) {
  const Slice whole = ServerDesk::message(desk.header(MessageType::Request, 1), "key", "body");
  Bytes octets{whole.data(), whole.data() + whole.size()};
  octets.back() ^= 1;
  desk.deliver(Slice::copy_of(octets));
  EXPECT_TRUE(desk.silent());
  EXPECT_EQ(desk.counters().bad_checksum, 1u);
  EXPECT_TRUE(desk.arrivals.empty());
}

TEST_F(Verdicts, ForeignPrincipalIsDroppedAndItsAcknowledgementIsNotUsed) {
  desk.run(1);
  desk.path.principal = 66;
  desk.ack(1);
  EXPECT_TRUE(desk.silent());
  EXPECT_EQ(desk.counters().wrong_principal, 1u);
  desk.path.principal = 0;
  desk.acknowledgement = {};
  desk.request(1);
  EXPECT_TRUE(desk.answered(MessageType::Reply));
}

// --- Step 2

TEST_F(Verdicts, WrongEpochIsToldWithBothEpochs) {
  SessionMessage request = desk.header(MessageType::Request, 1);
  request.expected = {0, 0xDEAD};
  desk.say(request);
  ASSERT_TRUE(desk.answered(MessageType::WrongEpoch));
  EXPECT_EQ(desk.last().answer.expected, (Epoch{0, 0xDEAD}));
  EXPECT_EQ(desk.last().answer.epoch, desk.config.epoch);
  EXPECT_EQ(desk.counters().wrong_epoch, 1u);
  EXPECT_TRUE(desk.arrivals.empty());
}

TEST_F(Verdicts, WrongEpochComesBeforeAnUnknownSession) {
  SessionMessage request = desk.header(MessageType::Request, 1);
  request.expected = {0, 0xDEAD};
  request.session = 0x1234;
  desk.say(request);
  EXPECT_TRUE(desk.answered(MessageType::WrongEpoch));
}

TEST_F(Verdicts, WrongEpochLeavesTheAcknowledgementUnused) {
  desk.run(1);
  SessionMessage ack = desk.header(MessageType::Ack);
  ack.expected = {0, 0xDEAD};
  ack.acknowledgement = {1, 0};
  desk.say(ack);
  EXPECT_TRUE(desk.silent());  // an ACK is never answered
  desk.request(1);
  EXPECT_TRUE(desk.answered(MessageType::Reply));
}

// --- Step 3

TEST_F(Verdicts, UnknownSessionIsNoSessionAndNothingCreatesOne) {
  SessionMessage request = desk.header(MessageType::Request, 1);
  request.session = 0x1234;
  desk.say(request);
  EXPECT_TRUE(desk.answered(MessageType::NoSession));
  EXPECT_EQ(desk.counters().no_session, 1u);
  EXPECT_EQ(desk.server->sessions(), 1u);
}

TEST_F(Verdicts, AckAndByeOfAnUnknownSessionAreNotAnswered) {
  for (const MessageType type : {MessageType::Ack, MessageType::Bye}) {
    SessionMessage message = desk.header(type);
    message.session = 0x1234;
    desk.say(message);
    EXPECT_TRUE(desk.silent());
  }
}

// --- Step 4

TEST_F(Verdicts, AcknowledgementIsAppliedBeforeTheWindowIsTested) {
  for (Sequence number = 1; number <= 8; ++number) desk.run(number);
  // The grant is 16 by now; 20 is inside the window only if the request's own acknowledgement counts first.
  desk.acknowledgement = {8, 0};
  desk.request(20);
  EXPECT_EQ(desk.counters().over_window, 0u);
  EXPECT_EQ(desk.arrivals.back().id.sequence, 20u);
}

TEST_F(Verdicts, AcknowledgementIsAppliedWhateverTheVerdictIs) {
  desk.run(1);
  desk.run(2);
  EXPECT_EQ(desk.server->records(), 2u);
  SessionMessage beyond = desk.header(MessageType::Request, 500);
  beyond.acknowledgement = {2, 0};
  desk.say(beyond);
  EXPECT_EQ(desk.counters().over_window, 1u);
  EXPECT_EQ(desk.server->records(), 0u);
}

TEST_F(Verdicts, MarkIsAMaximum) {
  for (Sequence number = 1; number <= 3; ++number) desk.run(number);
  desk.ack(3);
  desk.ack(1);  // overtaken on the way
  desk.acknowledgement = {};
  desk.request(2);
  EXPECT_TRUE(desk.silent());
  EXPECT_EQ(desk.counters().stale, 1u);
}

TEST_F(Verdicts, BitmapIsAUnion) {
  for (Sequence number = 1; number <= 4; ++number) desk.run(number);
  desk.ack(0, 0b1000);
  EXPECT_EQ(desk.server->records(), 3u);
  desk.ack(0, 0b0010);
  EXPECT_EQ(desk.server->records(), 2u);
  desk.acknowledgement = {};
  desk.request(4);
  EXPECT_TRUE(desk.silent());
  EXPECT_EQ(desk.counters().stale, 1u);
}

TEST_F(Verdicts, BitmapOfAnOvertakenHeaderIsReadFromItsOwnMark) {
  for (Sequence number = 1; number <= 6; ++number) desk.run(number);
  desk.ack(3);
  desk.ack(1, 0b10010);  // finished: 3 and 6
  EXPECT_EQ(desk.server->records(), 2u);
  desk.acknowledgement = {};
  desk.request(5);
  EXPECT_TRUE(desk.answered(MessageType::Reply));
  desk.request(6);
  EXPECT_TRUE(desk.silent());
}

TEST_F(Verdicts, AcknowledgedQueuedCallIsDroppedAndCannotStart) {
  desk.request(1);
  desk.ack(1);
  EXPECT_FALSE(desk.start(0));
  EXPECT_TRUE(desk.silent());
  EXPECT_TRUE(desk.server->idle());
  EXPECT_EQ(desk.server->records(), 0u);
}

TEST_F(Verdicts, AcknowledgedRunningCallBecomesAnOrphan) {
  desk.request(1);
  ASSERT_TRUE(desk.start());
  desk.ack(1);
  ASSERT_EQ(desk.abandoned.size(), 1u);
  EXPECT_EQ(desk.abandoned[0].reason, Abandoned::Reason::Acknowledged);
  EXPECT_EQ(desk.counters().orphans, 1u);
  EXPECT_EQ(desk.server->records(), 1u);
  EXPECT_EQ(desk.server->reply_bytes(), 0u);
  desk.reply();
  EXPECT_TRUE(desk.silent());
  EXPECT_EQ(desk.server->records(), 0u);
  EXPECT_TRUE(desk.server->idle());
}

// --- Step 5

TEST_F(Verdicts, StaleRequestIsDroppedNotRun) {
  desk.ack(3);
  desk.request(2);
  EXPECT_TRUE(desk.silent());
  EXPECT_TRUE(desk.arrivals.empty());
  EXPECT_EQ(desk.counters().stale, 1u);
}

TEST_F(Verdicts, StaleProbeIsNotAnswered) {
  desk.ack(3);
  desk.probe(2);
  EXPECT_TRUE(desk.silent());
}

TEST_F(Verdicts, StaleCancelIsHandedToItsOrphan) {
  desk.request(1);
  ASSERT_TRUE(desk.start());
  desk.ack(1);
  desk.cancel(1);
  EXPECT_TRUE(desk.silent());
  ASSERT_EQ(desk.abandoned.size(), 2u);
  EXPECT_EQ(desk.abandoned[1].reason, Abandoned::Reason::Cancelled);
  desk.cancel(1);
  EXPECT_EQ(desk.abandoned.size(), 2u);
}

// --- Step 6

TEST_F(Verdicts, NumberBeyondTheWindowIsDropped) {
  desk.request(9);  // 8 are granted
  EXPECT_TRUE(desk.silent());
  EXPECT_TRUE(desk.arrivals.empty());
  EXPECT_EQ(desk.counters().over_window, 1u);
}

TEST_F(Verdicts, OrphansDoNotNarrowTheWindow) {
  desk.request(1);
  ASSERT_TRUE(desk.start());
  desk.acknowledgement = {1, 0};
  desk.request(9);
  EXPECT_EQ(desk.counters().over_window, 0u);
  EXPECT_EQ(desk.arrivals.size(), 2u);
}

// --- Step 7

TEST_F(Verdicts, CollisionIfTheDigestDiffers) {
  desk.run(1);
  desk.say(desk.header(MessageType::Request, 1), "key", "other body");
  EXPECT_TRUE(desk.answered(MessageType::Collision));
  desk.say(desk.header(MessageType::Request, 1), "other key", "body");
  EXPECT_TRUE(desk.answered(MessageType::Collision));
  SessionMessage other = desk.header(MessageType::Request, 1);
  other.operation = 8;
  desk.say(other);
  EXPECT_TRUE(desk.answered(MessageType::Collision));
  EXPECT_EQ(desk.counters().collision, 3u);
}

TEST_F(Verdicts, CollisionIfTheSemanticsDiffer) {
  desk.run(1);
  SessionMessage other = desk.header(MessageType::Request, 1);
  other.semantics = Semantics::ExactlyOnce;
  desk.say(other);
  EXPECT_TRUE(desk.answered(MessageType::Collision));
}

TEST_F(Verdicts, QueuedIsInProgress) {
  desk.request(1);
  desk.request(1);
  EXPECT_TRUE(desk.answered(MessageType::Working));
  EXPECT_EQ(desk.counters().in_progress, 1u);
  EXPECT_EQ(desk.arrivals.size(), 1u);
}

TEST_F(Verdicts, QueuedCallIsRefusedByACancel) {
  desk.request(1);
  desk.cancel(1);
  ASSERT_TRUE(desk.answered(MessageType::NotExecuted));
  EXPECT_EQ(desk.last().answer.reason, Errc::cancelled);
  EXPECT_FALSE(desk.start());
  desk.request(1);  // a late copy
  EXPECT_TRUE(desk.answered(MessageType::NotExecuted));
}

TEST_F(Verdicts, QueuedCallIsRefusedByACopyWithoutBudget) {
  desk.request(1);
  SessionMessage late = desk.header(MessageType::Request, 1);
  late.budget_ms = 0;
  desk.say(late);
  ASSERT_TRUE(desk.answered(MessageType::NotExecuted));
  EXPECT_EQ(desk.last().answer.reason, Errc::deadline_exceeded);
  EXPECT_FALSE(desk.start());
}

TEST_F(Verdicts, RunningIsInProgressWhateverTheBudgetOfTheCopy) {
  desk.request(1);
  ASSERT_TRUE(desk.start());
  SessionMessage late = desk.header(MessageType::Request, 1);
  late.budget_ms = 0;
  desk.say(late);
  EXPECT_TRUE(desk.answered(MessageType::Working));
}

TEST_F(Verdicts, RunningIsNeverRefusedByACancelButToldOfIt) {
  desk.request(1);
  ASSERT_TRUE(desk.start());
  desk.cancel(1);
  EXPECT_TRUE(desk.answered(MessageType::Working));
  ASSERT_EQ(desk.abandoned.size(), 1u);
  EXPECT_EQ(desk.abandoned[0].reason, Abandoned::Reason::Cancelled);
  desk.reply();
  EXPECT_TRUE(desk.answered(MessageType::Reply));
}

TEST_F(Verdicts, DoneIsReplayed) {
  desk.run(1, "result");
  desk.request(1);
  ASSERT_TRUE(desk.answered(MessageType::Reply));
  EXPECT_EQ(desk.last().body, "result");
  EXPECT_EQ(desk.counters().replay, 1u);
  EXPECT_EQ(desk.executions, 1);
}

TEST_F(Verdicts, DoneIsReplayedToACancelAndToAProbe) {
  desk.run(1);
  desk.cancel(1);
  EXPECT_TRUE(desk.answered(MessageType::Reply));
  desk.probe(1);
  EXPECT_TRUE(desk.answered(MessageType::Reply));
}

TEST_F(Verdicts, ReplayGoesToWhereTheCopyCameFrom) {
  desk.run(1);
  desk.path.port = 5000;
  desk.request(1);
  EXPECT_EQ(desk.last().to.port, 5000);
}

TEST_F(Verdicts, ReplyThatIsGoneIsReplyLost) {
  desk.request(1);
  ASSERT_TRUE(desk.start());
  desk.reply(0, std::string(70'000, 'x'));  // does not fit the path
  ASSERT_TRUE(desk.answered(MessageType::ReplyLost));
  EXPECT_EQ(desk.last().answer.reason, Errc::reply_too_large);
  desk.request(1);
  EXPECT_TRUE(desk.answered(MessageType::ReplyLost));
  EXPECT_EQ(desk.counters().reply_lost, 1u);
  EXPECT_EQ(desk.executions, 1);
}

TEST_F(Verdicts, RefusedIsRefusedAgainWithItsReason) {
  desk.request(1);
  desk.refuse(0, Errc::no_such_object);
  ASSERT_TRUE(desk.answered(MessageType::NotExecuted));
  desk.request(1);
  ASSERT_TRUE(desk.answered(MessageType::NotExecuted));
  EXPECT_EQ(desk.last().answer.reason, Errc::no_such_object);
  EXPECT_EQ(desk.counters().refused_again, 1u);
  EXPECT_EQ(desk.arrivals.size(), 1u);
}

TEST_F(Verdicts, StartedCallMayBeRefusedBeforeItsServantBegins) {
  desk.request(1);
  ASSERT_TRUE(desk.start());
  desk.refuse(0, Errc::bad_request);
  ASSERT_TRUE(desk.answered(MessageType::NotExecuted));
  EXPECT_TRUE(desk.server->idle());
  EXPECT_EQ(desk.server->reply_bytes(), 0u);
  desk.request(1);
  EXPECT_EQ(desk.last().answer.reason, Errc::bad_request);
}

// --- Step 8

TEST_F(Verdicts, ProbeOfAnUnseenNumberIsToldSo) {
  desk.probe(1);
  EXPECT_TRUE(desk.answered(MessageType::Unseen));
  EXPECT_EQ(desk.counters().unseen, 1u);
  desk.request(1);
  EXPECT_EQ(desk.arrivals.size(), 1u);
}

TEST_F(Verdicts, CancelOfAnUnseenNumberIsRecordedAndMatchesEveryRequest) {
  desk.cancel(1);
  ASSERT_TRUE(desk.answered(MessageType::NotExecuted));
  desk.request(1);
  EXPECT_TRUE(desk.answered(MessageType::NotExecuted));
  EXPECT_EQ(desk.counters().collision, 0u);
  EXPECT_TRUE(desk.arrivals.empty());
}

TEST_F(Verdicts, RequestWithoutBudgetIsRefusedAndStaysRefused) {
  SessionMessage spent = desk.header(MessageType::Request, 1);
  spent.budget_ms = 0;
  desk.say(spent);
  ASSERT_TRUE(desk.answered(MessageType::NotExecuted));
  EXPECT_EQ(desk.last().answer.reason, Errc::deadline_exceeded);
  desk.request(1);
  EXPECT_TRUE(desk.answered(MessageType::NotExecuted));
  EXPECT_TRUE(desk.arrivals.empty());
}

TEST_F(Verdicts, BudgetThatEndsInTheQueueIsRefusedAtTheStart) {
  SessionMessage request = desk.header(MessageType::Request, 1);
  request.budget_ms = 100;
  desk.say(request);
  desk.now += 100ms;
  EXPECT_FALSE(desk.start());
  ASSERT_TRUE(desk.answered(MessageType::NotExecuted));
  EXPECT_EQ(desk.last().answer.reason, Errc::deadline_exceeded);
  desk.request(1);
  EXPECT_TRUE(desk.answered(MessageType::NotExecuted));
}

TEST_F(Verdicts, ExactlyOnceNeedsAStore) {
  SessionMessage request = desk.header(MessageType::Request, 1);
  request.semantics = Semantics::ExactlyOnce;
  for (int copy = 0; copy < 2; ++copy) {
    desk.say(request);
    ASSERT_TRUE(desk.answered(MessageType::NotExecuted));
    EXPECT_EQ(desk.last().answer.reason, Errc::no_store);
  }
  EXPECT_EQ(desk.counters().refused_again, 1u);
}

TEST_F(Verdicts, FragmentsAreNotSupported) {
  SessionMessage request = desk.header(MessageType::Request, 1);
  request.fragments = 2;
  desk.say(request);
  ASSERT_TRUE(desk.answered(MessageType::NotExecuted));
  EXPECT_EQ(desk.last().answer.reason, Errc::unsupported);
}

TEST_F(Verdicts, NewIsQueuedWithEverythingThatTheServantNeeds) {
  SessionMessage request = desk.header(MessageType::Request, 1);
  request.codec = 2;
  request.little_endian = true;
  request.fingerprint = 99;
  request.attempt = 3;
  request.budget_ms = 250;
  desk.say(request, "alice", "arguments");
  ASSERT_EQ(desk.arrivals.size(), 1u);
  const Arrival& arrival = desk.arrivals[0];
  EXPECT_EQ(arrival.id, (RequestId{desk.session, 1}));
  EXPECT_EQ(arrival.codec, 2);
  EXPECT_TRUE(arrival.little_endian);
  EXPECT_EQ(arrival.operation, 7u);
  EXPECT_EQ(arrival.fingerprint, 99u);
  EXPECT_EQ(as_text(arrival.object_key), "alice");
  EXPECT_EQ(as_text(arrival.body), "arguments");
  EXPECT_EQ(arrival.deadline, desk.now + 250ms);
  EXPECT_EQ(arrival.client, (ClientInstance{0xC1, 1}));
  EXPECT_EQ(arrival.attempt, 3);
  EXPECT_EQ(arrival.from, desk.path);
  EXPECT_EQ(desk.counters().fresh, 1u);
}

TEST_F(Verdicts, NumbersNearTheEndDoNotWrap) {
  const Sequence last = ~Sequence{0};
  desk.ack(last - 3);
  desk.run(last - 2);
  desk.run(last);
  desk.request(last - 2);
  EXPECT_TRUE(desk.answered(MessageType::Reply));
  desk.request(1);
  EXPECT_TRUE(desk.silent());
  EXPECT_EQ(desk.counters().stale, 1u);
  desk.ack(last - 3, ~std::uint64_t{0});  // bits beyond the last number mean nothing
  EXPECT_EQ(desk.server->records(), 0u);
  desk.ack(last);
  desk.request(last);
  EXPECT_TRUE(desk.silent());
}

}  // namespace
}  // namespace once::core::testing
