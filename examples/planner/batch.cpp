// SPDX-License-Identifier: BSL-1.0
#include "batch.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <exception>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "options.hpp"
#include "output.hpp"
#include "report.hpp"
#include "shardline/io/hf/reader.hpp"
#include "shardline/io/near_names.hpp"
#include "values.hpp"

namespace planner {

namespace {

constexpr std::string_view wanted =
    "a JSON object of options, each a string, a number, true, false or null";
constexpr std::string_view wanted_often =
    "a string, or a list of strings, each as the option takes it on the command line";

[[noreturn]] void refuse_line(std::string_view what) {
  throw bad_input{fmt::format("line: {}; allowed: {}", what, wanted)};
}

// Takes down the options of one object as their words.
class option_words final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit option_words(const estimate_reader& known_options) : known_(known_options) {}

  bool key(string_t& name) override {
    option_ = known_.find("--" + name);
    if (option_ == nullptr) {
      const std::string shown(shardline::hf::printable(name));
      const std::string near = shardline::did_you_mean(name, known_.all_names());
      throw bad_input{fmt::format("option: {}{}; allowed: {}", shown, near, known_.names()), shown};
    }
    return true;
  }
  bool null() override { return take(""); }
  bool boolean(bool on) override {
    if (on) return take("true");
    return take(is_flag() ? "" : "false");
  }
  bool number_integer(std::int64_t n) override { return take(std::to_string(n)); }
  bool number_unsigned(std::uint64_t n) override { return take(std::to_string(n)); }
  // A whole number is one however it is written: 8.0, as answers have it, and 6.4e1.
  bool number_float(double value, const string_t& digits) override {
    constexpr double all_exact = 9007199254740992.0;
    const bool whole = std::abs(value) < all_exact && std::trunc(value) == value;
    return take(whole ? std::to_string(static_cast<std::int64_t>(value)) : digits);
  }
  bool string(string_t& text) override {
    if (option_ != nullptr && text.empty()) refuse(option_->name, "", option_->description);
    if (is_flag()) refuse(option_->name, text, "true or false");
    return take(std::move(text), true);
  }
  bool binary(binary_t& /*bytes*/) override { return false; }
  bool start_object(std::size_t /*size*/) override { return open("an object"); }
  bool end_object() override { return true; }
  bool start_array(std::size_t /*size*/) override {
    if (is_list_ || option_ == nullptr || !option_->repeats) return open("an array", false);
    return is_list_ = true;
  }
  bool end_array() override {
    is_list_ = false;
    return true;
  }
  bool parse_error(std::size_t position, const std::string& token,
                   const nlohmann::detail::exception& e) override {
    if (option_ == nullptr || token.empty() || !shardline::hf::detail::is_beyond_double(e)) {
      refuse_line(fmt::format("no JSON at character {}", position));
    }
    beyond_ = token;
    beyond_end_ = position;
    return false;
  }
  [[nodiscard]] const words& found() const noexcept { return found_; }
  /// The line with quotes around the number beyond all doubles at which reading it ended, so that
  /// the option refuses it by its own range; empty if there is none.
  [[nodiscard]] std::string quoted(const std::string& line) const {
    const std::size_t at = beyond_.empty() ? std::string::npos : line.rfind(beyond_, beyond_end_);
    if (at == std::string::npos) return {};
    const std::string_view whole(line);
    return fmt::format("{}\"{}\"{}", whole.substr(0, at), beyond_,
                       whole.substr(at + beyond_.size()));
  }

 private:
  [[nodiscard]] bool is_flag() const noexcept { return option_ != nullptr && option_->is_flag; }
  // What an option may have behind it.
  [[nodiscard]] std::string_view values() const noexcept {
    return option_->repeats ? wanted_often : "a string, a number, true, false or null";
  }
  // One of the options has this value; none where it is empty.
  bool take(std::string text, bool is_string = false) {
    if (option_ == nullptr) refuse_line("a value");
    if (is_list_ && !is_string) refuse(option_->name, text.empty() ? "null" : text, values());
    if (!text.empty()) found_.add(option_->name, std::move(text));
    return true;
  }
  bool open(std::string_view what, bool is_line = true) {
    if (option_ != nullptr) refuse(option_->name, what, values());
    if (!is_line) refuse_line(what);
    return true;
  }

  const estimate_reader& known_;
  const known_option* option_ = nullptr;
  bool is_list_ = false;
  words found_;
  std::string beyond_;
  std::size_t beyond_end_ = 0;
};

words words_of(const std::string& line, const estimate_reader& known) {
  option_words taken(known);
  if (nlohmann::json::sax_parse(line, &taken)) return taken.found();
  const std::string quoted = taken.quoted(line);
  if (quoted.empty()) refuse_line("no JSON");
  return words_of(quoted, known);
}

// "gpus": the field as the line names it.
std::string_view without_dashes(std::string_view field) {
  return field.starts_with("--") ? field.substr(2) : field;
}

void put_refusal(shardline::json_text& out, std::int64_t line, const bad_input& refused) {
  out.clear();
  out.object([&] {
    out.member("line", line);
    if (refused.field.empty()) {
      out.member("field", nullptr);
    } else {
      out.member("field", without_dashes(refused.field));
    }
    out.member("error", refused.line);
  });
}

// Whether the line was not refused.
bool put_answer(shardline::json_text& out, const std::string& text, std::int64_t line,
                const estimate_reader& known) {
  out.clear();
  try {
    put_result(out, known.read(words_of(text, known)));
    return true;
  } catch (const bad_input& refused) {
    put_refusal(out, line, refused);
  }
  return false;
}

}  // namespace

void run_batch() {
  std::ios::sync_with_stdio(false);
  const estimate_reader known;
  shardline::json_text out;
  std::string text;
  std::int64_t lines = 0;
  std::int64_t refused = 0;
  while (std::getline(std::cin, text)) {
    refused += put_answer(out, text, ++lines, known) ? 0 : 1;
    write(out.text());
    write("\n");
    // Whoever sent this line may wait for the answer before sending the next.
    if (std::cin.rdbuf()->in_avail() <= 0) send_output();
  }
  send_output();
  if (std::cin.bad()) throw bad_input{"standard input cannot be read"};
  if (refused > 0) throw bad_input{fmt::format("{} of {} lines were refused", refused, lines)};
}

}  // namespace planner
