// The command line: exit status, what is printed, which files are written.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "command_line.hpp"

namespace oncec {
namespace {

class Driver : public CommandLine {
 protected:
  std::string out_folder() const { return (folder_ / "out").string(); }
  std::set<std::string> written() const {
    std::set<std::string> names;
    if (!fs::exists(out_folder())) return names;
    for (const fs::directory_entry& entry : fs::directory_iterator(out_folder())) {
      names.insert(entry.path().filename().string());
    }
    return names;
  }
  /// True if the text is exactly one line.
  static bool is_one_line(const std::string& text) {
    return std::count(text.begin(), text.end(), '\n') == 1 && text.back() == '\n';
  }
};

constexpr const char* kRight = "interface Hello { string greet(in string name); };\n";

TEST_F(Driver, WritesThreeFilesNamedForTheIdl) {
  EXPECT_EQ(run({"--cpp-out", out_folder(), write("hello.idl", kRight)}), 0) << err_.str();
  EXPECT_EQ(written(), (std::set<std::string>{"hello.once.co.hpp", "hello.once.cpp", "hello.once.hpp"}));
  EXPECT_EQ(err_.str(), "");
}

TEST_F(Driver, SpreadsTheCodeOverAsManyFilesAsAsked) {
  const std::string file = write("hello.idl", kRight);
  EXPECT_EQ(run({"--cpp-out", out_folder(), "--cpp-split", "3", file}), 0) << err_.str();
  EXPECT_EQ(written(), (std::set<std::string>{"hello.once.2.cpp", "hello.once.3.cpp", "hello.once.co.hpp",
                                              "hello.once.cpp", "hello.once.hpp"}));
  EXPECT_EQ(run({"--cpp-out", "out", "--cpp-split", "2", "-M", file}), 0) << err_.str();
  EXPECT_NE(out_.str().find("out/hello.once.2.cpp"), std::string::npos) << out_.str();
  EXPECT_EQ(run({"--cpp-out", out_folder(), "--cpp-split", "0", file}), 2);
}

TEST_F(Driver, ReadsAPipe) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  constexpr std::string_view kWrong = "struct S { lng a; };\n";
  ASSERT_EQ(::write(ends[1], kWrong.data(), kWrong.size()), static_cast<ssize_t>(kWrong.size()));
  ::close(ends[1]);
  EXPECT_EQ(run({"check", "/dev/fd/" + std::to_string(ends[0])}), 1);
  EXPECT_NE(err_.str().find("did you mean 'long'?"), std::string::npos) << err_.str();
  ::close(ends[0]);
}

TEST_F(Driver, LeavesAnUnchangedFileAlone) {
  const std::string file = write("hello.idl", kRight);
  ASSERT_EQ(run({"--cpp-out", out_folder(), file}), 0);
  const fs::path header = fs::path(out_folder()) / "hello.once.hpp";
  const auto long_ago = fs::last_write_time(header) - std::chrono::hours(1);
  fs::last_write_time(header, long_ago);
  ASSERT_EQ(run({"--cpp-out", out_folder(), file}), 0);
  EXPECT_EQ(fs::last_write_time(header), long_ago);
  write("hello.idl", "interface Hello { string greet(in string who); };\n");
  ASSERT_EQ(run({"--cpp-out", out_folder(), file}), 0);
  EXPECT_NE(fs::last_write_time(header), long_ago);
}

TEST_F(Driver, WritesNothingIfThereAreErrors) {
  EXPECT_EQ(run({"--cpp-out", out_folder(), write("bad.idl", "struct S { long a };\n")}), 1);
  EXPECT_TRUE(written().empty());
  EXPECT_NE(err_.str().find("bad.idl:1:19: error: expected ';' after the member, found '}'"),
            std::string::npos)
      << err_.str();
}

TEST_F(Driver, GoesOnWithTheNextFileAfterErrors) {
  const std::string bad = write("bad.idl", "struct S { Unknown a; };\n");
  EXPECT_EQ(run({"--cpp-out", out_folder(), bad, write("good.idl", kRight)}), 1);
  EXPECT_EQ(written().count("good.once.hpp"), 1U);
}

TEST_F(Driver, WarnsAndStillWrites) {
  EXPECT_EQ(run({"--cpp-out", out_folder(), write("odd.idl", "@odd struct S { long a; };\n")}), 0);
  EXPECT_NE(err_.str().find("warning: unknown annotation '@odd' is ignored"), std::string::npos);
  EXPECT_EQ(written().size(), 3U);
}

TEST_F(Driver, TakesCodecs) {
  const std::string file = write("hello.idl", kRight);
  EXPECT_EQ(run({"--cpp-out", out_folder(), "--codecs", "xdr,cdr", file}), 0) << err_.str();
  EXPECT_EQ(run({"--cpp-out", out_folder(), "--codecs", "xdr", file}), 0) << err_.str();
  EXPECT_EQ(run({"--cpp-out", out_folder(), "--codecs", "json", file}), 2);
  EXPECT_TRUE(is_one_line(err_.str())) << err_.str();
}

TEST_F(Driver, ChecksWithoutWriting) {
  EXPECT_EQ(run({"--check", write("hello.idl", kRight)}), 0) << err_.str();
  EXPECT_FALSE(fs::exists(out_folder()));
}

TEST_F(Driver, ChecksWhatIsMadeOnlyIfAsked) {
  const std::string component = write("component.idl", "component C {};\nhome H manages C {};\n");
  const std::string once = write("once.idl", "interface I { @exactly_once void f(); };\n");
  const std::string clash = write("clash.idl", "interface I { void f(); @cpp_name(\"f\") void g(); };\n");
  const std::string large = write("large.idl", "struct S { @id(19500) long a; };\n");
  for (const std::vector<std::string>& check : {std::vector<std::string>{"check"}, {"--check"}}) {
    const auto status_of = [&](std::vector<std::string> words) {
      words.insert(words.begin(), check.begin(), check.end());
      return run(words);
    };
    EXPECT_EQ(status_of({component, once, clash, large}), 0) << err_.str();
    EXPECT_EQ(err_.str(), "");
    EXPECT_EQ(status_of({once, once}), 0) << "nothing is made that could have one name";
    EXPECT_EQ(status_of({"--cpp-out", out_folder(), component}), 1);
    EXPECT_NE(err_.str().find("which the C++ generator does not support"), std::string::npos) << err_.str();
    EXPECT_EQ(status_of({"--cpp-out", out_folder(), clash}), 1);
    EXPECT_EQ(status_of({"--cpp-out", out_folder(), large}), 0) << err_.str();
    EXPECT_EQ(status_of({"--cpp-out", out_folder(), "--codecs", "protobuf", large}), 1);
    EXPECT_EQ(status_of({"--proto-out", out_folder(), large}), 1);
    EXPECT_EQ(status_of({"-MD", "--cpp-out", out_folder(), large}), 2);
    EXPECT_TRUE(is_one_line(err_.str())) << err_.str();
  }
  EXPECT_TRUE(written().empty());
}

TEST_F(Driver, ShowsTwentyErrorsUnlessToldOtherwise) {
  std::string text;
  for (int i = 0; i < 25; ++i) text += "const octet A" + std::to_string(i) + " = 256;\n";
  const std::string file = write("many.idl", text);
  const auto count = [&] {
    const std::string all = err_.str();
    std::size_t errors = 0;
    for (std::size_t at = all.find(" error: "); at != std::string::npos; at = all.find(" error: ", at + 1))
      ++errors;
    return errors;
  };
  EXPECT_EQ(run({"--check", file}), 1);
  EXPECT_EQ(count(), 20U);
  EXPECT_NE(err_.str().find("5 more errors"), std::string::npos);
  EXPECT_EQ(run({"--check", "--max-errors", "3", file}), 1);
  EXPECT_EQ(count(), 3U);
  EXPECT_EQ(run({"--check", "--max-errors", "0", file}), 1);
  EXPECT_EQ(count(), 25U);
}

TEST_F(Driver, RefusesWhatIsNotAnIdlFileInOneLine) {
  for (const std::string& file : {(folder_ / "none.idl").string(), folder_.string(),
                                  write("binary.idl", std::string("\x7f"
                                                                  "ELF\0\0\0",
                                                                  7))}) {
    EXPECT_EQ(run({"--check", file}), 2) << file;
    EXPECT_TRUE(is_one_line(err_.str())) << err_.str();
    EXPECT_NE(err_.str().find(file), std::string::npos) << err_.str();
  }
}

TEST_F(Driver, RefusesWrongUsageInOneLine) {
  const std::string file = write("hello.idl", kRight);
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{},
                                             {file},
                                             {"--cpp-out", out_folder()},
                                             {"--no-such-option", file},
                                             {"--check", "-M", "--cpp-out", out_folder(), file},
                                             {"--check", "--max-errors", "many", file},
                                             {"--cpp-out", out_folder(), file, file}}) {
    EXPECT_EQ(run(arguments), 2);
    EXPECT_TRUE(is_one_line(err_.str())) << err_.str();
  }
}

TEST_F(Driver, SaysWhichFileCannotBeWritten) {
  write("out", "a file where the folder should be");
  EXPECT_EQ(run({"--cpp-out", out_folder(), write("hello.idl", kRight)}), 2);
  EXPECT_TRUE(is_one_line(err_.str())) << err_.str();
}

TEST_F(Driver, HelpTeachesAndVersionTells) {
  EXPECT_EQ(run({"--help"}), 0);
  for (const char* word :
       {"--cpp-out", "--codecs", "--max-errors", "--check", "@idempotent", "Example", "Exit status"}) {
    EXPECT_NE(out_.str().find(word), std::string::npos) << word;
  }
  EXPECT_EQ(err_.str(), "");
  EXPECT_EQ(run({"--version"}), 0);
  EXPECT_EQ(out_.str().rfind("oncec ", 0), 0U) << out_.str();
}

TEST_F(Driver, ChecksByCommandToo) {
  EXPECT_EQ(run({"check", write("hello.idl", kRight)}), 0) << err_.str();
  EXPECT_EQ(run({"check", write("bad.idl", "struct S { Unknown a; };\n")}), 1);
  EXPECT_EQ(run({"check", "--help"}), 0);
  EXPECT_NE(out_.str().find("Nothing is written"), std::string::npos);
}

TEST_F(Driver, TurnsWarningsOffByNameAndIntoErrors) {
  const std::string file = write("odd.idl", "#warning later\n@odd struct S { long a; };\n");
  EXPECT_EQ(run({"check", file}), 0);
  EXPECT_NE(err_.str().find("unknown annotation"), std::string::npos);
  EXPECT_EQ(run({"check", "-Wno-unknown-annotation", file}), 0);
  EXPECT_EQ(err_.str().find("unknown annotation"), std::string::npos) << err_.str();
  EXPECT_NE(err_.str().find("#warning later"), std::string::npos);
  EXPECT_EQ(run({"check", "-Wno-all", file}), 0);
  EXPECT_EQ(err_.str(), "");
  EXPECT_EQ(run({"--cpp-out", out_folder(), "-Werror", "-Wno-warning-directive", file}), 1);
  EXPECT_NE(err_.str().find("error: unknown annotation"), std::string::npos) << err_.str();
  EXPECT_TRUE(written().empty());
  EXPECT_EQ(run({"check", "-Wno-such-thing", file}), 2);
  EXPECT_TRUE(is_one_line(err_.str())) << err_.str();
  EXPECT_EQ(run({"--help-warnings"}), 0);
  for (const char* line :
       {"  unknown-annotation        unknown annotation '@…' is ignored…\n",
        "  warning-directive         '#warning …'\n",
        "  name-clash                '…' clashes with '…', which is used in this scope (an error "
        "without --relaxed)\n"}) {
    EXPECT_NE(out_.str().find(line), std::string::npos) << line << out_.str();
  }
}

TEST_F(Driver, SpeaksJson) {
  write("types.idl", "struct T { Nope x; };\n");
  const std::string file = write("main.idl", "#include \"types.idl\"\n@odd struct S { T a; };\n");
  EXPECT_EQ(run({"check", "--error-format=json", file}), 1);
  std::istringstream lines(err_.str());
  std::map<std::string, nlohmann::json> by_severity;
  for (std::string line; std::getline(lines, line);) {
    const nlohmann::json message = nlohmann::json::parse(line);
    by_severity[message.at("severity")] = message;
  }
  ASSERT_EQ(by_severity.size(), 2U) << err_.str();
  const nlohmann::json& error = by_severity["error"];
  EXPECT_EQ(error.at("file"), (folder_ / "types.idl").string());
  EXPECT_EQ(error.at("line"), 1);
  EXPECT_EQ(error.at("column"), 12);
  EXPECT_EQ(error.at("end").at("column"), 16);
  EXPECT_EQ(error.at("notes").at(0).at("message"), "included here");
  EXPECT_EQ(error.at("notes").at(0).at("file"), file);
  EXPECT_EQ(by_severity["warning"].at("name"), "unknown-annotation");
  EXPECT_EQ(by_severity["warning"].at("line"), 2);
}

TEST_F(Driver, TellsOnceWhereAFileWasIncluded) {
  const std::string file = write("main.idl", "#include \"types.idl\"\nstruct S { T a; };\n");
  const auto count = [this] {
    std::size_t notes = 0;
    for (std::size_t at = 0; (at = err_.str().find("included here", at)) != std::string::npos; ++at) ++notes;
    return notes;
  };
  write("types.idl", "@odd struct T { long first; };\n");
  EXPECT_EQ(run({"check", "--proto-out", out_folder(), file}), 0);
  EXPECT_EQ(count(), 1U) << err_.str();
  write("types.idl", "@odd struct T { @id(19500) long first; };\n");
  EXPECT_EQ(run({"check", "--proto-out", out_folder(), file}), 0) << err_.str();
  EXPECT_EQ(count(), 1U) << err_.str();
  write("types.idl", "struct T { long first; T same; };\n");
  EXPECT_EQ(run({"check", file}), 1);
  EXPECT_EQ(count(), 1U) << err_.str();
}

TEST_F(Driver, NamesFilesByTheirPathBelowAFolder) {
  fs::create_directories(folder_ / "idl/sub");
  const std::string types = write("idl/sub/types.idl", "struct T { long x; };\n");
  const std::string same = write("types.idl", "struct T { long x; };\n");
  const std::string root = (folder_ / "idl").string();
  EXPECT_EQ(run({"--cpp-out", out_folder(), "-I", root, types, same}), 0) << err_.str();
  EXPECT_TRUE(fs::exists(fs::path(out_folder()) / "sub/types.once.hpp"));
  EXPECT_TRUE(fs::exists(fs::path(out_folder()) / "types.once.hpp"));
  EXPECT_EQ(run({"--cpp-out", out_folder(), types, same}), 2) << "both would be types.once.hpp";
  EXPECT_TRUE(is_one_line(err_.str())) << err_.str();
}

TEST_F(Driver, TellsWhatTheOutcomeDependsOn) {
  write("ty pes.idl", "#ifdef FULL\n#include \"more.idl\"\n#endif\nstruct T { long x; };\n");
  write("more.idl", "\n");
  const std::string file = write("main.idl", "#include \"ty pes.idl\"\nstruct S { T a; };\n");
  const std::string rule = folder_.string() + "/out/main.once.hpp \\\n  " + folder_.string() +
                           "/out/main.once.co.hpp \\\n  " + folder_.string() + "/out/main.once.cpp: \\\n  " +
                           file + " \\\n  " + folder_.string() + "/ty\\ pes.idl";
  EXPECT_EQ(run({"-M", "--cpp-out", out_folder(), file}), 0) << err_.str();
  EXPECT_EQ(out_.str(), rule + "\n");
  EXPECT_TRUE(written().empty());
  const std::string rules = (folder_ / "rules.d").string();
  EXPECT_EQ(run({"-MD", "-MF", rules, "-DFULL", "--cpp-out", out_folder(), file}), 0) << err_.str();
  std::ifstream in(rules);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}),
            rule + " \\\n  " + folder_.string() + "/more.idl\n");
  EXPECT_EQ(written().size(), 3U);
  EXPECT_EQ(run({"-MD", "--cpp-out", out_folder(), file}), 0);
  EXPECT_EQ(written().count("main.once.hpp.d"), 1U);
  EXPECT_EQ(run({"-MF", rules, "--cpp-out", out_folder(), file}), 2);
}

TEST_F(Driver, NamesInARuleWhatItWrites) {
  const std::string file = write("hello.idl", "interface Hello { string greet(in Hello name); };\n");
  const std::string rules = (folder_ / "rules.d").string();
  EXPECT_EQ(run({"--cpp-out", out_folder(), "--codecs", "xdr,protobuf", "--cpp-split", "2", "--proto-out",
                 out_folder(), "-MD", "-MF", rules, file}),
            0)
      << err_.str();
  std::set<std::string> made;
  for (const auto& entry : fs::recursive_directory_iterator(out_folder())) {
    if (entry.is_regular_file()) made.insert(entry.path().string());
  }
  EXPECT_EQ(made.count(out_folder() + "/once/rpc.proto"), 1U);
  const std::string text = read(rules);
  std::istringstream targets(text.substr(0, text.find(": ")));
  std::set<std::string> named;
  for (std::string word; targets >> word;) {
    if (word != "\\") named.insert(word);
  }
  EXPECT_EQ(named, made);
}

TEST_F(Driver, WritesIntoADeviceInsteadOfReplacingIt) {
  const fs::path device = folder_ / "device";
  fs::create_symlink("/dev/null", device);
  EXPECT_EQ(run({"--descriptor-out", device.string(), write("hello.idl", kRight)}), 0) << err_.str();
  EXPECT_TRUE(fs::is_character_file(device));
}

TEST_F(Driver, ReadsLatin1AndByteOrderMarks) {
  EXPECT_EQ(run({"--check", write("latin1.idl", "// caf\xe9\nconst string S = \"\xe9\";\n")}), 0)
      << err_.str();
  EXPECT_EQ(run({"--check", write("bom.idl", std::string("\xEF\xBB\xBF") + kRight)}), 0) << err_.str();
  EXPECT_EQ(run({"--check", write("bad.idl", "// \xe9\xe9\nstruct S { Unknown a; };\n")}), 1);
  EXPECT_NE(err_.str().find("bad.idl:2:12: error"), std::string::npos) << err_.str();
}

}  // namespace
}  // namespace oncec
