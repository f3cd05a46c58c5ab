// SPDX-License-Identifier: BSL-1.0
/// The estimator as a page runs it: JSON in, JSON out, and nothing asked of the browser.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "moved.hpp"
#include "parts.hpp"
#include "wire.hpp"

namespace {

using planner::page::question;

// A flat object of JSON whose values are all strings, as the page's script writes them.
class request_reader {
 public:
  explicit request_reader(std::string_view text) : left_(text) {}

  std::vector<std::pair<std::string, std::string>> members() {
    std::vector<std::pair<std::string, std::string>> all;
    while (left_.find('"') != std::string_view::npos) {
      std::string name = next_string();
      all.emplace_back(std::move(name), next_string());
    }
    return all;
  }

 private:
  std::string next_string() {
    std::string out;
    left_.remove_prefix(std::min(left_.find('"'), left_.size()));
    while (left_.size() > 1) {
      left_.remove_prefix(1);
      if (left_.front() == '"') break;
      out += left_.front() == '\\' ? escape() : left_.front();
    }
    left_.remove_prefix(std::min<std::size_t>(1, left_.size()));
    return out;
  }
  // What JSON.stringify escapes: quotes, backslashes and control characters.
  char escape() {
    left_.remove_prefix(1);
    switch (left_.empty() ? '\\' : left_.front()) {
      case 'n':
        return '\n';
      case 't':
        return '\t';
      case 'r':
        return '\r';
      case 'b':
        return '\b';
      case 'f':
        return '\f';
      case 'u': {
        const std::string digits(left_.substr(1, 4));
        left_.remove_prefix(std::min<std::size_t>(4, left_.size() - 1));
        return static_cast<char>(std::strtol(digits.c_str(), nullptr, 16));
      }
      default:
        return left_.empty() ? '\\' : left_.front();
    }
  }

  std::string_view left_;
};

std::string failure(std::string_view why) {
  return "{\"error\":" + planner::page::quoted(why) + "}";
}

std::string parts_of(const question& q) {
  const planner::page::answer a = planner::page::answer_to(q);
  if (!a.found.inputs.empty()) return failure(to_text(a.found.inputs[0]));
  std::string out;
  for_each_part(q, a, [&out](std::string_view id, const std::string& markup) {
    out +=
        (out.empty() ? "{" : ",") + planner::page::quoted(id) + ":" + planner::page::quoted(markup);
  });
  return out + "}";
}

std::string answer_of(std::string_view request) {
  question q;
  std::string layout;
  std::string load;
  bool known = false;
  for (const auto& [name, value] : request_reader(request).members()) {
    if (name == "question") {
      const auto read = planner::page::read_question(value);
      if (!read) return failure("the question cannot be read");
      q = *read;
      known = true;
    } else if (name == "layout") {
      layout = value;
    } else if (name == "load") {
      load = value;
    } else if (!planner::page::move(q, name, value)) {
      return failure(name + ": no slider moves it");
    }
  }
  if (!known) return failure("no question");
  if (layout.empty()) return parts_of(q);
  const shardline::parsed_layout parsed = shardline::parse_layout(layout);
  if (!parsed.has_value()) return failure(fault_text(parsed));
  const double concurrency = std::strtod(load.c_str(), nullptr);
  return "{\"details\":" +
         planner::page::quoted(planner::page::details_of(q, parsed.layout, concurrency)) + "}";
}

std::string request_text;
std::string answer_text;

}  // namespace

extern "C" {

/// Room for the text of a request of so many bytes.
[[clang::export_name("room")]] char* room(unsigned size) {
  request_text.assign(size, ' ');
  return request_text.data();
}
/// Answers what stands in the room: where the answer begins.
[[clang::export_name("answer")]] const char* answer() {
  answer_text = answer_of(request_text);
  return answer_text.data();
}
/// How long it is.
[[clang::export_name("answer_size")]] unsigned answer_size() {
  return static_cast<unsigned>(answer_text.size());
}

}  // extern "C"
