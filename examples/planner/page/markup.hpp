// SPDX-License-Identifier: BSL-1.0
/// Text of HTML: every value is escaped here, and a number of a drawing has two decimals.
#pragma once

#include <string>
#include <string_view>

#include "shardline/io/text/units.hpp"

namespace planner::page {

/// A value as text of an element or of an attribute in double quotes.
///   escaped("<a & \"b\">") = "&lt;a &amp; &quot;b&quot;&gt;"
[[nodiscard]] inline std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

/// A string of JSON that may stand inside a script element: "<" and "&" are escaped, so that nothing
/// in it can end the element.
[[nodiscard]] inline std::string quoted(std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x20 || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&') {
      out += "\\u00";
      out += hex[code >> 4U];
      out += hex[code & 15U];
    } else {
      out += c;
    }
  }
  return out + '"';
}

/// ` name="value"`
[[nodiscard]] inline std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + escaped(value) + '"';
}

/// `<tag attributes>text</tag>`; the attributes and the content are markup already.
[[nodiscard]] inline std::string element(std::string_view tag, const std::string& attributes,
                                         const std::string& content) {
  const std::string name(tag);
  return "<" + name + attributes + ">" + content + "</" + name + ">";
}

/// The same without attributes around a text.
[[nodiscard]] inline std::string text_in(std::string_view tag, std::string_view text) {
  return element(tag, "", escaped(text));
}

/// ` class="..."`
[[nodiscard]] inline std::string in_class(std::string_view names) {
  return attribute("class", names);
}

/// A number of a drawing, without a point that nothing follows: "12.5", "3", "0".
[[nodiscard]] inline std::string drawn(double x) {
  std::string text = shardline::detail::characters(x, std::chars_format::fixed, 2);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}
[[nodiscard]] inline std::string drawn_percent(double share) { return drawn(100.0 * share) + "%"; }

/// A table: the first row is the head, the first cell of each other row its heading. Cells are
/// markup; `alignment` has a letter a column, as that of text_table.
class table {
 public:
  table(std::string_view caption, std::string_view alignment)
      : caption_(caption), alignment_(alignment) {}

  template <class Cells>
  void head(const Cells& cells) {
    head_ = row(cells, true);
  }
  template <class Cells>
  void add(const Cells& cells, const std::string& attributes = {}) {
    body_ += element("tr", attributes, row(cells, false));
  }
  [[nodiscard]] std::string markup() const {
    return element(
        "div",
        in_class("scroll") + " tabindex=\"0\" role=\"region\"" + attribute("aria-label", caption_),
        element("table", "",
                element("caption", "", escaped(caption_)) +
                    element("thead", "", element("tr", "", head_)) + element("tbody", "", body_)));
  }

 private:
  template <class Cells>
  [[nodiscard]] std::string row(const Cells& cells, bool is_head) const {
    std::string out;
    std::size_t column = 0;
    for (const std::string& cell : cells) {
      const bool right = column < alignment_.size() && alignment_[column] == 'r';
      std::string attributes = right ? in_class("r") : "";
      if (is_head) attributes += " scope=\"col\"";
      if (!is_head && column == 0) attributes += " scope=\"row\"";
      out += element(is_head || column == 0 ? "th" : "td", attributes, cell);
      ++column;
    }
    return out;
  }

  std::string caption_;
  std::string alignment_;
  std::string head_{};
  std::string body_{};
};

}  // namespace planner::page
