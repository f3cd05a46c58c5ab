// SPDX-License-Identifier: BSL-1.0
#include "page.hpp"

#include <string>
#include <utility>
#include <vector>

#include "../output.hpp"
#include "../reading.hpp"
#include "../report.hpp"
#include "assets.hpp"
#include "moved.hpp"
#include "parts.hpp"
#include "wire.hpp"

namespace planner {

namespace {

page::question question_on_page(const options& o) {
  page::question q;
  q.model = o.model;
  q.cluster = o.cluster;
  std::visit([&q](const auto& policy) { q.efficiency = policy; }, o.efficiency);
  q.workload = o.workload;
  q.convention = convention(o);
  q.engine = name_of_engine(o);
  q.lines = lines_of_inputs(o);
  q.top = o.top;
  for (const auto& [option, text] : o.given) {
    if (option == "--model") q.checkpoint = checkpoint_of(text);
  }
  q.host_cache = o.launch.host_cache;
  q.words = o.given;
  return q;
}

std::string title_of(const page::question& q) {
  return std::string(q.model.name.view()) + " on " + std::to_string(q.cluster.gpus) + " x " +
         std::string(q.cluster.accelerator.name.view());
}

// Nothing may be fetched: the browser is told so, and would refuse.
std::string head_of(const page::question& q) {
  return "<meta charset=\"utf-8\">"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
         "style-src 'unsafe-inline'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; "
         "img-src data:\">"
         "<link rel=\"icon\" href=\"data:,\">" +
         page::text_in("title", title_of(q) + " - shardline-plan") + "<style>" +
         std::string(page::style) + "</style>";
}

// Bytes as text of 91 characters that need no escape in a script, 13 bits or 14 as two of them
// (basE91, J. Henke): 23 % more than the bytes, where 64 characters take 33 %.
std::string in_text(std::string_view bytes) {
  constexpr unsigned base = 91;
  const auto digit = [](unsigned v) {
    char c = static_cast<char>('!' + v);
    for (const char left_out : {'"', '<', '\\'}) c = static_cast<char>(c < left_out ? c : c + 1);
    return c;
  };
  std::string text;
  unsigned left = 0;
  unsigned bits = 0;
  for (const char byte : bytes) {
    left |= static_cast<unsigned char>(byte) * (1U << bits);
    bits += 8;
    if (bits <= 13) continue;
    const bool wide = (left & 8191U) <= 88U;
    const unsigned v = left & (wide ? 16383U : 8191U);
    left >>= wide ? 14U : 13U;
    bits -= wide ? 14U : 13U;
    text += digit(v % base);
    text += digit(v / base);
  }
  if (bits > 0) text += digit(left % base);
  if (bits > 7 || left >= base) text += digit(left / base);
  return text;
}

bool has_sliders(const page::question& q) {
  return !page::module_of_sliders.empty() && page::is_fitted(q.efficiency);
}

// The sliders, or why there are none.
std::string sliders_card(const page::question& q) {
  if (page::module_of_sliders.empty()) {
    return "<p class=\"soft\">This planner was built without a compiler for WebAssembly, so the "
           "page has no sliders.</p>";
  }
  if (!page::is_fitted(q.efficiency)) {
    return "<p class=\"soft\">Sliders run the policy fitted alone, and this search is under "
           "another.</p>";
  }
  return "<form id=\"sliders\" hidden><fieldset><legend>What if</legend><div class=\"sliders\">" +
         sliders_markup(q) +
         "</div><p><button type=\"reset\" class=\"reset\">As asked</button> "
         "<span id=\"status\" role=\"status\"></span></p></fieldset></form>"
         "<noscript><p class=\"soft\">Sliders, and details of other layouts, need script.</p>"
         "</noscript>";
}

std::string data_of(const page::question& q) {
  if (!has_sliders(q)) return {};
  return "<script type=\"application/json\" id=\"data\">{\"question\":" + page::quoted(written(q)) +
         ",\"module\":\"" + in_text(page::module_of_sliders) + "\"}</script>";
}

// The layouts whose details stand on the page from the start: the best of the ranking, and on the
// frontier.
std::string sections_of(const page::question& q, const page::answer& a) {
  std::vector<std::pair<shardline::layout, double>> shown;
  const auto add = [&shown](const shardline::layout& l, double load) {
    const std::pair<shardline::layout, double> one{l, load};
    for (const auto& other : shown) {
      if (other == one) return;
    }
    shown.push_back(one);
  };
  const std::size_t most = has_sliders(q) ? 1 : 6;
  for (std::size_t i = 0; i < a.found.best.size() && i < most; ++i) {
    add(a.found.best[i].layout, q.workload.concurrency);
  }
  std::string sections;
  for (const auto& [layout, load] : shown) sections += page::details_of(q, layout, load);
  return sections;
}

std::vector<std::string> percentiles_of(const shardline::percentiles& p) {
  std::vector<std::string> cells;
  for (const double t : {p.p50, p.p90, p.p99}) {
    cells.push_back(shardline::tpot_text(shardline::seconds<>::from_value(t)));
  }
  return cells;
}

// What single requests saw, if that was asked for: of the search as asked, whatever sliders say.
std::string simulated_card(const options& o, const page::question& q,
                           const std::vector<simulated_layout>& simulated) {
  if (!o.simulate) return {};
  page::table t("Simulated step by step, seed " + std::to_string(o.simulate->seed) +
                    ": what keeps its promises, as asked",
                "rlrrrrrrr");
  t.head(std::vector<std::string>{"rank", "layout", "TTFT p50", "p90", "p99", "TPOT p50", "p90",
                                  "p99", "requests/s"});
  for (std::size_t i = 0; i < simulated.size(); ++i) {
    const simulated_layout& s = simulated[i];
    std::vector<std::string> row{std::to_string(i + 1),
                                 page::pin_button(q, s.layout, q.workload.concurrency)};
    for (const auto* times : {&s.serving.ttft, &s.serving.tpot}) {
      for (std::string& cell : percentiles_of(*times)) row.push_back(std::move(cell));
    }
    row.push_back(shardline::short_number(s.serving.requests_per_s));
    t.add(row);
  }
  return simulated.empty() ? "<p>No layout keeps its promises in a simulation.</p>" : t.markup();
}

// What comes nearest where nothing was found, and what would mend it: of the search as asked, in
// the command line's words.
std::string nearest_card(const options& o, const std::optional<near_misses_found>& nearest) {
  if (!nearest) return {};
  std::string heading = "The nearest, as asked";
  for (const auto& [option, value] : nearest->said) heading += " " + option + " " + value;
  return page::text_in("h3", heading) + "<pre class=\"nearest\">" +
         page::escaped(nearest_text(o, *nearest)) + "</pre>";
}

std::string version_text() {
  return std::to_string(SHARDLINE_VERSION_MAJOR) + "." + std::to_string(SHARDLINE_VERSION_MINOR) +
         "." + std::to_string(SHARDLINE_VERSION_PATCH);
}

std::string document_of(const page::question& q, const page::answer& a,
                        const std::string& simulated, const std::string& nearest) {
  std::vector<std::pair<std::string_view, std::string>> parts;
  for_each_part(q, a, [&parts](std::string_view id, std::string markup) {
    parts.emplace_back(id, std::move(markup));
  });
  const auto part = [&parts](std::string_view id) {
    for (const auto& [known, markup] : parts) {
      if (known == id) return "<div id=\"" + std::string(id) + "\">" + markup + "</div>";
    }
    return std::string();
  };
  return "<!doctype html>\n<html lang=\"en\"><head>" + head_of(q) +
         "</head><body><header><p class=\"brand\">shardline-plan " + version_text() + "</p>" +
         page::text_in("h1", title_of(q)) + part("inputs") + "</header><main>" +
         "<section class=\"card wide\" aria-labelledby=\"h-frontier\">"
         "<h2 id=\"h-frontier\">Throughput against speed</h2>" +
         part("frontier") +
         "<p class=\"legend\"><i class=\"sw best\"></i>frontier, with the band of eight in ten "
         "<i class=\"sw others\"></i>feasible at this load <i class=\"sw "
         "refused\"></i>refused</p>" +
         part("counts") + nearest + sliders_card(q) +
         "</section><section id=\"pinned\" aria-label=\"Pinned layout\">" + sections_of(q, a) +
         "</section><section class=\"card wide\"><h2>Tables</h2>" + part("ranking") + simulated +
         part("frontier-table") + part("refused") + "</section></main><footer><p>shardline-plan " +
         version_text() +
         ". Figures are those of the command line, to the last digit.</p></footer>"
         "<div id=\"tip\" role=\"tooltip\" hidden></div>" +
         data_of(q) + "<script>" + std::string(page::script) + "</script></body></html>\n";
}

}  // namespace

void write_page(const options& o, const std::vector<simulated_layout>& simulated,
                const std::optional<near_misses_found>& nearest) {
  const page::question q = question_on_page(o);
  save_file(
      "--html", o.html,
      document_of(q, answer_to(q), simulated_card(o, q, simulated), nearest_card(o, nearest)));
}

}  // namespace planner
