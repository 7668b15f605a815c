// The command lines of oncec fmt and oncec diff.
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "command_line.hpp"

namespace oncec {
namespace {

class Tools : public CommandLine {};

TEST_F(Tools, FmtWritesFilesBack) {
  const std::string file = write("a.idl", "struct  A{long x;};");
  EXPECT_EQ(run({"fmt", file}), 0);
  EXPECT_EQ(read(file), "struct A { long x; };\n");
  EXPECT_EQ(out_.str() + err_.str(), "");
  EXPECT_EQ(run({"fmt", "-i", file}), 0);
}

TEST_F(Tools, FmtPrintsAndLeavesTheFileAlone) {
  const std::string file = write("a.x", "struct  a{int x;int*y;};");
  EXPECT_EQ(run({"fmt", "--stdout", file}), 0);
  EXPECT_EQ(out_.str(), "struct a { int x; int *y; };\n");
  EXPECT_EQ(read(file), "struct  a{int x;int*y;};");
}

TEST_F(Tools, FmtChecks) {
  const std::string good = write("good.idl", "struct A { long x; };\n");
  const std::string bad = write("bad.idl", "struct A {long x;};\n");
  EXPECT_EQ(run({"fmt", "--check", good}), 0);
  EXPECT_EQ(out_.str(), "");
  EXPECT_EQ(run({"fmt", "--check", good, bad}), 1);
  EXPECT_EQ(out_.str(), bad + "\n");
  EXPECT_EQ(read(bad), "struct A {long x;};\n");
}

TEST_F(Tools, FmtRefusesDamageAndGoesOn) {
  const std::string damaged = write("damaged.idl", "struct A {\n  long  $x; };\n");
  const std::string other = write("other.idl", "struct A {long x;};\n");
  EXPECT_EQ(run({"fmt", damaged, other}), 1);
  EXPECT_EQ(err_.str().substr(damaged.size()),
            ":2:9: error: unexpected character\n    2 |   long  $x; };\n      |         ^\n");
  EXPECT_EQ(read(damaged), "struct A {\n  long  $x; };\n");
  EXPECT_EQ(read(other), "struct A { long x; };\n");
}

TEST_F(Tools, FmtTellsWrongUsage) {
  const std::string file = write("a.idl", "");
  EXPECT_EQ(run({"fmt"}), 2);
  EXPECT_EQ(run({"fmt", "--check", "--stdout", file}), 2);
  EXPECT_EQ(run({"fmt", (folder_ / "none.idl").string()}), 2);
  EXPECT_EQ(run({"fmt", "--help"}), 0);
  EXPECT_NE(out_.str().find("Exit status"), std::string::npos);
}

constexpr const char* kOld = "interface I { void f(in long a); void g(); };\n";

TEST_F(Tools, DiffIsSilentAboutNothing) {
  const std::string file = write("old.idl", kOld);
  EXPECT_EQ(run({"diff", file, file}), 0);
  EXPECT_EQ(out_.str(), "0 breaking, 0 compatible\n");
}

TEST_F(Tools, DiffTellsWhatBreaks) {
  const std::string old_file = write("old.idl", kOld);
  EXPECT_EQ(run({"diff", old_file, write("new.idl", "interface I { void f(in long a); };\n")}), 1);
  EXPECT_NE(out_.str().find("operation 'g' of interface 'I' removed [operation-removed]"), std::string::npos);
  EXPECT_EQ(
      run({"diff", old_file, write("new.idl", "interface I { void f(in long a); void g(); void h(); };\n")}),
      0);
  EXPECT_NE(out_.str().find("0 breaking, 1 compatible"), std::string::npos);
}

TEST_F(Tools, DiffCountsOnlyWhatIsInUse) {
  const std::string old_file = write("old.idl", "struct S { long a; };\n");
  const std::string longer = write("longer.idl", "struct S { long a; long b; };\n");
  EXPECT_EQ(run({"diff", old_file, longer}), 1);
  EXPECT_EQ(run({"diff", "--codecs", "xdr", old_file, longer}), 1);
  EXPECT_EQ(run({"diff", "--codecs", "protobuf", old_file, longer}), 0);
  const std::string renamed = write("renamed.idl", "struct S { long b; };\n");
  EXPECT_EQ(run({"diff", old_file, renamed}), 1);
  EXPECT_EQ(run({"diff", "--ignore", "source", old_file, renamed}), 0);
}

TEST_F(Tools, DiffPrintsJson) {
  const std::string old_file = write("old.idl", kOld);
  EXPECT_EQ(run({"diff", "--json", old_file, write("new.idl", "interface I { void f(in short a); };\n")}), 1);
  const nlohmann::json report = nlohmann::json::parse(out_.str());
  EXPECT_EQ(report["breaking"], 2);
  EXPECT_EQ(report["differences"][0]["rule"], "argument-type");
  EXPECT_EQ(report["differences"][0]["after"]["line"], 1);
  EXPECT_EQ(report["differences"][1]["after"]["file"], (folder_ / "new.idl").string());
}

TEST_F(Tools, DiffTellsWrongUsageAndWrongIdl) {
  const std::string good = write("good.idl", kOld);
  EXPECT_EQ(run({"diff", good}), 2);
  EXPECT_EQ(run({"diff", good, (folder_ / "none.idl").string()}), 2);
  EXPECT_EQ(run({"diff", good, write("bad.idl", "struct S { nosuch a; };\n")}), 2);
  EXPECT_NE(err_.str().find("nosuch"), std::string::npos);
}

}  // namespace
}  // namespace oncec
