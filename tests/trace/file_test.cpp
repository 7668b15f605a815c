// The file that a tracer writes: what its size is, and what happens when it cannot be written.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <once/trace/file.hpp>
#include <once/trace/text.hpp>

#include "raw.hpp"

namespace raw {
namespace {

namespace fs = std::filesystem;

class TraceFileTest : public testing::Test {
 protected:
  TraceFileTest() { fs::create_directory(folder); }
  ~TraceFileTest() override { fs::remove_all(folder); }

  once::trace::Reading read(const std::string& name) const {
    std::ifstream in{folder / name};
    once::trace::Reading reading;
    once::trace::read(in, reading);
    return reading;
  }
  static once::TraceEvent event(std::uint64_t call) {
    once::TraceEvent event;
    event.host = "client";
    event.call = call;
    event.at = once::Time{1s};
    return event;
  }

  const fs::path folder = fs::path{testing::TempDir()} / ("once_trace_" + std::to_string(::getpid()));
  const std::string path = folder / "run.trace";
};

TEST_F(TraceFileTest, GoesOnWhereAnEarlierLifeStopped) {
  once::TraceFile{path}.on_event(event(1));
  std::ofstream{path, std::ios::app} << "at=1.000000000 host=cli";  // it was killed here
  once::TraceFile{path}.on_event(event(2));
  const auto reading = read("run.trace");
  ASSERT_EQ(reading.events.size(), 2U);
  EXPECT_EQ(reading.events[1].call, 2U);
  EXPECT_EQ(reading.damaged, 1U);
}

TEST_F(TraceFileTest, IsItsOwnersAlone) {
  const once::TraceFile file{path};
  struct stat about {};
  ASSERT_EQ(::stat(path.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
}

TEST_F(TraceFileTest, KeepsTheLatestInABoundedSize) {
  constexpr std::uint64_t kOctets = 4'000;
  once::TraceFile file{path, kOctets};
  for (std::uint64_t call = 1; call <= 1'000; ++call) {
    file.on_event(event(call));
    std::uintmax_t octets = 0;
    for (const auto& entry : fs::directory_iterator{folder}) octets += entry.file_size();
    ASSERT_LE(octets, kOctets + 200);
  }
  const auto before = read("run.trace.1"), now = read("run.trace");
  ASSERT_FALSE(before.events.empty());
  ASSERT_FALSE(now.events.empty());
  EXPECT_EQ(now.events.back().call, 1'000U);
  EXPECT_EQ(before.events.back().call + 1, now.events.front().call);
  EXPECT_EQ(file.dropped(), 0U);
}

TEST_F(TraceFileTest, ThatCannotBeOpenedIsNamed) {
  try {
    once::trace_to((folder / "nowhere" / "run.trace").string());
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_NE(std::string{error.what()}.find("nowhere"), std::string::npos) << error.what();
  }
}

TEST_F(TraceFileTest, OnAFullDiskFailsNoCall) {
  const auto tracer = std::make_shared<once::TraceFile>("/dev/full");
  LoopThread loop;
  once::Server server{loop.io, {.tracer = tracer}};
  server.activate("object", std::make_shared<Object>());
  server.listen("udp://127.0.0.1:0");
  once::Client client{once::ClientOptions{.tracer = tracer}};
  EXPECT_TRUE(executed(stub(client, server.reference_to("object")).call(kEcho, "")));
  EXPECT_GT(tracer->dropped(), 9U);
}

TEST_F(TraceFileTest, SaysHowManyEventsAreMissing) {
  // A file that may grow no further, for a while.
  once::TraceFile file{path};
  file.on_event(event(1));
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &limit), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit none = limit;
  none.rlim_cur = fs::file_size(path);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &none), 0);
  file.on_event(event(2));
  file.on_event(event(3));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(file.dropped(), 2U);
  file.on_event(event(4));
  EXPECT_EQ(file.dropped(), 2U);
  const auto reading = read("run.trace");
  ASSERT_EQ(reading.events.size(), 2U);
  EXPECT_EQ(reading.events[1].call, 4U);
  ASSERT_EQ(reading.remarks.size(), 1U);
  EXPECT_EQ(reading.remarks[0], "missing: 2 events that could not be written");
}

}  // namespace
}  // namespace raw
