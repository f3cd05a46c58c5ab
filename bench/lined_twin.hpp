// SPDX-License-Identifier: BSL-1.0
/// A step in raw doubles with all its lines, under `constant` and `fitted`.
///
/// What the twin holds is what a script would have worked out beforehand: of each kernel and message
/// its constants, taken from the library's laws, and how often a step runs it. What it does with
/// them in a step stands here anew, without a type, a lane or a derivative in it.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <type_traits>
#include <vector>

#include "shardline/fitted/policy.hpp"
#include "shardline/shardline.hpp"

namespace lined {

namespace sl = shardline;

/// Lines and bounds in the order of basic_time.
struct result {
  std::array<double, sl::term_count> lines{};
  std::array<double, sl::bound_count> bounds{};

  [[nodiscard]] double total() const {
    double sum = 0.0;
    for (const double line : lines) sum += line;
    return sum;
  }
  void work(std::size_t line, double n, double compute, double memory, double exposed,
            double launch) {
    const double worked = (std::fmax(compute, memory) + exposed) * n;
    lines[line] += worked + launch * n;
    bounds[memory < compute ? 0 : 1] += worked;
    bounds[3] += launch * n;
  }
  void send(std::size_t line, double time) {
    lines[line] += time;
    bounds[2] += time;
  }
};

/// Of one rank: new tokens, rows of logits, expanded tokens, routed rows, experts hit.
enum : std::size_t { tokens, logit_rows, group, expanded, rows, distinct, seen, one, zero };
struct sizes {
  std::array<double, 9> of{};
  double sequences = 0.0, fresh = 0.0, context = 0.0;
  bool prompt = false;
};

struct at {
  std::size_t line;
  double n;
};
struct roof : at {
  std::size_t rows, reads;
  double compute, fixed, each, launch;
};
struct vector_kernel : at {
  double fixed, memory, through;
};
struct multiplication : at {
  std::size_t rows;
  sl::gemm_law<double> c;
};
struct grouped : at {
  sl::grouped_gemm_law<double> c;
};
struct activation : at {
  sl::expert_activation_law<double> c;
};
struct attention : at {
  sl::attention_shape shape;
  double pair, query, key, launch;
  sl::prompt_law<double> reads;
  sl::decode_law<double> decodes;
};
struct message : at {
  std::size_t size;
  double bytes;
  std::vector<sl::message_line<double>> ways, own;
  double own_most, apart;
};
struct exchange : at {
  std::vector<sl::exchange_way<double>> ways;
  double apart, own_share, ranks;
};

inline double up(double x) { return std::ceil(x); }

inline double way(const sl::message_line<double>& l, double x, double root) {
  return std::fmax(l.start + l.each * x + l.root * root, l.floor_start + l.floor_each * x);
}

/// A layout of one replica for each rank of an expert group, or of one replica alone.
struct twin {
  bool fitted = false;
  double dp = 1.0, kernels = 0.0;
  sl::prepared_routing routing{};
  sl::host_curve<double> host{};
  std::vector<roof> roofs{};
  std::vector<vector_kernel> vectors{};
  std::vector<multiplication> multiplications{};
  std::vector<grouped> experts{};
  std::vector<activation> activations{};
  std::vector<attention> attentions{};
  std::vector<message> messages{};
  std::vector<exchange> exchanges{};

  [[nodiscard]] sizes sizes_of(double sequences, double fresh, double context, bool prompt) const {
    const double own = up(sequences / dp);
    const double all = sequences * fresh;
    sizes s{{}, own, fresh, context, prompt};
    s.of[tokens] = own * fresh;
    s.of[logit_rows] = own * (prompt ? 1.0 : fresh);
    s.of[group] = all;
    s.of[expanded] = prompt ? own * (context + fresh) : own * fresh;
    s.of[one] = 1.0;
    if (routing.shape.experts_per_token > 0) {
      const double missed = std::exp(all * routing.choice.missed);
      const double hit = std::fmax(routing.choice.local * (1.0 - missed), std::fmin(1.0, all));
      s.of[rows] = std::fmin(std::fmax(all * routing.of_token, std::fmin(1.0, all)),
                             all * routing.most_of_token);
      s.of[distinct] = std::fmin(hit * routing.of_fullest, s.of[rows]);
      s.of[seen] = s.of[rows];
      if (!routing.shape.sent) {
        s.of[seen] = all * static_cast<double>(routing.shape.experts_per_token);
      }
    }
    return s;
  }

  [[nodiscard]] result step(double sequences, double fresh, double context, bool prompt) const {
    const sizes s = sizes_of(sequences, fresh, context, prompt);
    result t;
    for (const roof& k : roofs) {
      const double x = s.of[k.rows];
      t.work(k.line, k.n, x * k.compute, s.of[k.reads] * k.fixed + x * k.each, 0.0, k.launch);
    }
    for (const vector_kernel& k : vectors) {
      const double moved = s.of[tokens] * k.memory;
      const double walked = s.of[tokens] * k.through;
      const double whole = std::sqrt(k.fixed * k.fixed + moved * moved + walked * walked);
      t.work(k.line, k.n, 0.0, moved, 0.0, whole - moved);
    }
    for (const multiplication& k : multiplications) multiply(t, k, s.of[k.rows]);
    for (const grouped& k : experts) multiply(t, k, s);
    for (const activation& k : activations) {
      const double x = s.of[rows];
      const double passed = x + k.c.foreign * std::fmax(s.of[seen] - x, 0.0);
      const double come =
          routing.shape.sent ? std::fmin(std::fmax(s.of[group] * routing.reached, 1.0), s.of[group])
                             : s.of[group];
      const double memory = std::fmax(passed * k.c.passed + come * k.c.token, x * k.c.own);
      const double launch = k.c.launch + std::fmin(come * k.c.sorted, k.c.sorting);
      t.work(k.line, k.n, 0.0, memory, 0.0, launch);
    }
    for (const attention& k : attentions) {
      if ((k.shape.phase == sl::phase::prefill) != prompt) continue;
      if (!fitted) {
        attend(t, k, s);
      } else if (prompt) {
        read(t, k, s);
      } else {
        decode(t, k, s);
      }
    }
    for (const message& m : messages) send(t, m, s.of[m.size] * m.bytes);
    for (const exchange& x : exchanges) send(t, x, s);
    if (fitted) wait_for_host(t, s);
    return t;
  }

 private:
  static void multiply(result& t, const multiplication& k, double x) {
    const auto& c = k.c;
    const double busy = x * c.full;
    const double slower = 1.0 + c.throttle * busy / (busy + 600e-6);
    const double each = slower * std::fmin(x, 1.0);
    const double held = std::fmax(x, c.tile);
    const double small = c.small * each * (std::fmin(held, c.side) + c.block_rows);
    const double large = c.large * each * (std::fmin(held, 128.0) + c.block_rows);
    const double small_tiles = c.small_columns * std::fmax(x / c.side, 1.0);
    const double large_tiles = c.large_columns * std::fmax(x / 128.0, 1.0);
    const double memory = c.read + x * c.row;
    const auto waves = [](double tiles) {
      const double full = std::fmax(tiles, 1.0);
      return full + 0.5 * (1.0 - 1.0 / full);
    };
    const auto shows = [&](double computed, double inner) {
      return std::fmax(0.15 * std::fmin(computed, memory) + c.tail * small * inner,
                       inner * c.walk - std::fmax(computed, memory));
    };
    double computed =
        std::fmin(waves(small_tiles) * small, waves(large_tiles) * large) * (c.inner + c.filling);
    double exposed = shows(computed, c.inner);
    double launch = c.launch;
    double least = std::fmax(computed, memory) + exposed + launch;
    if (least >= memory + c.launch + c.reduction) {
      const double part = std::fmax(std::fmin(small_tiles, 1.0), 1.0 / 16.0);
      const double in_parts = waves(small_tiles) * small * (c.inner * part + c.filling);
      const double beside = shows(in_parts, c.inner * part) + x * c.partials / part;
      if (std::fmax(in_parts, memory) + beside + (c.launch + c.reduction) <= least) {
        computed = in_parts;
        exposed = beside;
        launch = c.launch + c.reduction;
      }
    }
    t.work(k.line, k.n, computed, memory, exposed + x * c.passes, launch);
  }
  static void multiply(result& t, const grouped& k, const sizes& s) {
    const double x = s.of[rows];
    const double hit = s.of[distinct];
    const auto padded = [&](double tile) {
      const double full = x / tile;
      return std::sqrt(hit * hit + hit * full + full * full) * (tile + k.c.block_rows);
    };
    const double compute = std::fmin(padded(k.c.tiles[0]), padded(k.c.tiles[1])) * k.c.multiplied;
    const double memory = std::fmax(hit * k.c.streamed, hit * k.c.read + x * k.c.row);
    const double softly = std::sqrt(compute * compute + memory * memory + k.c.walk * k.c.walk);
    t.work(k.line, k.n, compute, memory, std::fmax(softly - std::fmax(compute, memory), 0.0), 0.0);
  }
  static void attend(result& t, const attention& k, const sizes& s) {
    const auto window = static_cast<double>(k.shape.window);
    double pairs = s.fresh * (s.context + (s.fresh + 1.0) * 0.5);
    double kept = s.context;
    if (k.shape.window > 0) {
      const auto up_to = [window](double x) {
        const double y = std::fmin(x, window);
        return y * (y + 1.0) * 0.5 + (x - y) * window;
      };
      pairs = up_to(s.context + s.fresh) - up_to(s.context);
      kept = std::fmin(kept, window);
    }
    t.work(k.line, k.n, s.sequences * pairs * k.pair,
           s.sequences * (s.fresh * k.query + (kept + s.fresh) * k.key), 0.0, k.launch);
  }
  static void read(result& t, const attention& k, const sizes& s) {
    const auto& c = k.reads;
    const double blocks = up(s.fresh / 128.0);
    const double in_block = std::fmin(std::fmax(s.fresh, 16.0), 128.0);
    double keys = blocks * (s.context + 64.0 * (blocks + 1.0));
    double last = s.context + 128.0 * blocks;
    double kept = s.context;
    if (c.window > 0) {
      const double uncut = std::fmin(std::fmax((c.seen - s.context) / 128.0 - 0.5, 0.0), blocks);
      keys = uncut * (s.context + 64.0 * (uncut + 1.0)) + (blocks - uncut) * c.seen;
      last = std::fmin(last, c.seen);
      kept = std::fmin(kept, static_cast<double>(c.window));
    }
    const double per_key = in_block * c.row_key;
    const double longest = last * per_key + c.block;
    const double spread = s.sequences * c.heads * (keys * per_key + blocks * c.block);
    const double compute = std::fmax(longest, spread + c.tail * longest);
    const double queries = s.sequences * s.fresh;
    const double memory = queries * c.query + s.sequences * (kept + s.fresh) * c.key;
    t.work(k.line, k.n, compute, memory,
           c.exposed * std::fmin(compute, memory) + queries * c.beside, c.launch);
  }
  static void decode(result& t, const attention& k, const sizes& s) {
    const auto& c = k.decodes;
    const double all = (s.context + s.fresh) * c.share;
    double keys = all;
    if (c.window > 0) {
      const double shown = static_cast<double>(c.window) + std::fmax(c.window_padding, s.fresh);
      keys = std::fmin(all, shown * c.share);
    }
    const double heads = s.fresh * c.group;
    const double multiplied = std::fmin(up(heads / c.rows) * c.rows, 64.0) * c.multiplied;
    const double load = s.sequences * c.kv_heads * up(heads / 64.0);
    const double queries = s.sequences * s.fresh;
    const double compute = load * (std::fmax(keys, 64.0) * multiplied);
    const double memory = (s.sequences * keys * c.key_bytes + queries * c.query_bytes) * c.per_byte;
    const double longer = std::fmax(compute, memory);
    const double share = std::fmin(std::fmax(load, 1.0 / c.splits), 1.0);
    const double walked = std::fmax(keys * share, std::fmin(keys, 128.0));
    const double lone = std::fmax(walked * c.read, std::fmax(walked, 64.0) * multiplied);
    const double shared = longer + c.exposed * std::fmin(compute, memory) + c.tail * lone;
    const double of_unit = c.unseen_blocks ? all : keys;
    const double started = std::fmax(load, std::fmin(load * of_unit / 128.0, c.blocks));
    const double adds = std::fmin(std::fmax(std::fmin(c.splits, keys / 128.0) - 1.0, 0.0), 1.0);
    const double busy = std::fmax(lone, shared);
    const double starts = c.block * started;
    t.work(k.line, k.n, compute, memory,
           (c.overlapped ? std::fmax(busy, starts) : busy + starts) - longer + c.beside * queries,
           c.launch + c.reduction * adds);
  }
  static void send(result& t, const message& m, double sent) {
    if (!(sent > 0.0)) return;
    const double root = std::sqrt(sent);
    double least = way(m.ways[0], sent, root);
    for (std::size_t i = 1; i < m.ways.size(); ++i) {
      least = std::fmin(least, way(m.ways[i], sent, root));
    }
    if (sent < m.own_most) {
      for (const auto& own : m.own) least = std::fmin(least, way(own, sent, 0.0));
    }
    t.send(m.line, m.n * (least + m.apart));
  }
  void send(result& t, const exchange& x, const sizes& s) const {
    const double mean = s.of[group] / x.ranks;
    const double leaving = std::fmax(s.of[tokens] * x.own_share, mean);
    const auto busiest = [&](double copies) {
      return std::fmax(leaving * copies, std::fmin(mean * copies, s.of[group]));
    };
    double least = 0.0;
    bool first = true;
    for (const auto& w : x.ways) {
      const double sent = busiest(w.copies);
      const double beside = w.line.floor_start + w.line.floor_each * busiest(w.floor_copies);
      const double time =
          std::fmax(w.line.start + w.line.each * sent + w.line.root * std::sqrt(sent), beside);
      least = first ? time : std::fmin(least, time);
      first = false;
    }
    t.send(x.line, x.n * (least + x.apart));
  }
  void wait_for_host(result& t, const sizes& s) const {
    const double decoding = s.prompt ? 0.0 : s.sequences;
    const double launched = host.kernel.value() * kernels;
    const double replayed = host.replay.value() + host.replay_sequence.value() * decoding;
    const double beside = host.graphs && !s.prompt ? replayed : launched;
    const double after =
        host.step.value() + host.sequence.value() * decoding + host.small_kernels.value() * kernels;
    const double own = std::fmax(beside - t.total(), 0.0) + after;
    t.lines[static_cast<std::size_t>(sl::term::host)] += own;
    t.bounds[3] += own;
  }
};

/// Works out beforehand what the twin of a layout holds: equal kernels and messages are one.
template <class Efficiency>
struct builder {
  const sl::prepared_layout<double, Efficiency>& p;
  twin made{};
  double n = 0.0;

  static constexpr bool by_curves = std::is_same_v<Efficiency, sl::fitted>;

  explicit builder(const sl::prepared_layout<double, Efficiency>& prepared_for) : p(prepared_for) {
    made.fitted = by_curves;
    made.dp = static_cast<double>(p.layout.attention.dp);
    made.kernels = static_cast<double>(p.stages[0].kernels);
    if (p.routed.size() > 0) made.routing = p.routed[0];
    if constexpr (by_curves) made.host = p.cluster.accelerator.efficiency.host;
    const sl::model_context e = sl::model_context_under(p.engine, p.model, p.layout);
    sl::sink_for sink(*this);
    for (std::size_t s = 0; s < sl::segment::number; ++s) {
      n = p.times[s];
      if (n > 0.0) sl::detail::emit_segment(e, p.map, s, sink);
    }
    for (std::size_t i = 0; i < p.messages.size(); ++i) put(p.messages[i]);
    for (std::size_t i = 0; i < p.exchanges.size(); ++i) put(p.exchanges[i], p.exchange_laws[i]);
  }

  void operator()(const sl::gemm_shape& o) {
    const double matrix = o.weight.matrix_bytes();
    if constexpr (by_curves) {
      made.multiplications.push_back(
          {{line_of(o.term), n}, size_of(o.rows), sl::law_of(chip(), o, matrix)});
    } else {
      const sl::gemm<double> row{o.term, o.weight, 1.0, 0.0, o.activation};
      made.roofs.push_back({{line_of(o.term), n},
                            size_of(o.rows),
                            one,
                            flops(row),
                            matrix / bandwidth(),
                            row.activation_bytes().value() / bandwidth(),
                            launch()});
    }
  }
  void operator()(const sl::vector_shape& o) {
    if constexpr (by_curves) {
      const auto law = sl::law_of(chip(), o);
      for (vector_kernel& k : made.vectors) {
        const bool same =
            !(k.fixed < law.fixed || k.fixed > law.fixed || k.memory < law.memory ||
              k.memory > law.memory || k.through < law.through || k.through > law.through);
        if (k.line == line_of(o.term) && same) {
          k.n += n;
          return;
        }
      }
      made.vectors.push_back({{line_of(o.term), n}, law.fixed, law.memory, law.through});
    } else {
      pass(o.term, tokens, 0.0, o.bytes_per_token / bandwidth(), launch());
    }
  }
  void operator()(const sl::fused_shape& o) {
    double per_byte = 0.0;
    if constexpr (by_curves) {
      per_byte = 1.0 / (rate() * chip().efficiency.elementwise.bandwidth);
    } else {
      per_byte = 1.0 / bandwidth();
    }
    pass(o.term, zero, o.weight.total_bytes() * per_byte, 0.0, 0.0);
  }
  void operator()(const sl::grouped_gemm_shape& o) {
    const double matrix = o.weight.matrix_bytes();
    const std::size_t line = line_of(sl::term::routed_experts);
    if constexpr (by_curves) {
      made.experts.push_back({{line, n}, sl::law_of(chip(), o, matrix)});
    } else {
      const sl::grouped_gemm<double> row{o.weight, 1.0, 0.0, o.activation};
      made.roofs.push_back({{line, n},
                            rows,
                            distinct,
                            flops(row),
                            matrix / bandwidth(),
                            row.activation_bytes().value() / bandwidth(),
                            launch()});
    }
  }
  void operator()(const sl::expert_activation_shape& o) {
    if constexpr (by_curves) {
      made.activations.push_back({{line_of(sl::term::routed_experts), n}, sl::law_of(chip(), o)});
    } else {
      const double each = sl::workspace_each(o) / bandwidth();
      pass(sl::term::routed_experts, rows, 0.0, each, launch());
    }
  }
  void operator()(const sl::attention_shape& o) {
    attention k{{line_of(sl::term::attention), n}, o, 0.0, 0.0, 0.0, launch(), {}, {}};
    if constexpr (by_curves) {
      if (o.phase == sl::phase::prefill) k.reads = sl::prompt_law_of(chip(), o);
      if (o.phase == sl::phase::decode) k.decodes = sl::decode_law_of(chip(), o);
    } else {
      const auto once = sl::operator_of(o, sl::step_part<double>{o.phase, 1.0, 1.0, 0.0});
      k.pair = flops(once);
      k.query = once.activation_bytes().value() / bandwidth();
      k.key = once.cache_bytes().value() / bandwidth();
    }
    made.attentions.push_back(k);
  }
  template <class Shape>
  void operator()(const Shape&) {}

 private:
  [[nodiscard]] const auto& chip() const { return p.cluster.accelerator; }
  [[nodiscard]] double rate() const { return chip().memory_rate.value(); }
  [[nodiscard]] double bandwidth() const {
    if constexpr (by_curves)
      return rate();
    else
      return rate() * chip().efficiency.bandwidth;
  }
  [[nodiscard]] double launch() const {
    if constexpr (by_curves)
      return 0.0;
    else
      return chip().efficiency.launch.value();
  }
  template <class Operator>
  [[nodiscard]] double flops(const Operator& row) const {
    if constexpr (by_curves)
      return 0.0;
    else
      return row.flops().value() / (chip().peak[row.math()].value() * chip().efficiency.mfu);
  }
  static std::size_t line_of(sl::term t) { return static_cast<std::size_t>(t); }
  static std::size_t size_of(sl::step_extent e) {
    if (e == sl::step_extent::logit_rows) return logit_rows;
    if (e == sl::step_extent::group_tokens) return group;
    return e == sl::step_extent::expanded_tokens ? expanded : tokens;
  }
  void pass(sl::term t, std::size_t of, double fixed, double each, double launched) {
    for (roof& k : made.roofs) {
      if (k.line != line_of(t) || k.rows != of || k.compute > 0.0) continue;
      // Once in a step, with all that the others move.
      k.fixed += fixed * n;
      k.each += each * n;
      k.launch += launched * n;
      return;
    }
    made.roofs.push_back({{line_of(t), 1.0}, of, one, 0.0, fixed * n, each * n, launched * n});
  }
  void put(const sl::prepared_message& m) {
    const double times = p.times[m.segment];
    if (m.as_before) {
      made.messages.back().n += times;
      return;
    }
    const auto& law = p.send_laws[m.send];
    message sent{{line_of(sl::term_of(m.shape.kind)), times},
                 size_of(m.shape.size),
                 m.shape.bytes_each,
                 {},
                 {},
                 law.engine_most,
                 law.apart};
    for (std::size_t i = 0; i < law.ways.size(); ++i) sent.ways.push_back(law.ways[i]);
    for (std::size_t i = 0; i < law.engine.size(); ++i) sent.own.push_back(law.engine[i]);
    made.messages.push_back(sent);
  }
  void put(const sl::prepared_exchange& x, const sl::exchange_law<double>& law) {
    exchange sent{{line_of(sl::term::all_to_all), p.times[x.segment]},
                  {},
                  law.apart,
                  x.shape.own_share,
                  static_cast<double>(x.shape.destinations)};
    for (std::size_t i = 0; i < law.ways.size(); ++i) sent.ways.push_back(law.ways[i]);
    made.exchanges.push_back(sent);
  }
};

}  // namespace lined
