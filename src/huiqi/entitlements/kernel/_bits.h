/* Truths as bits, a word for 64 rows; and the few things that a compiler does not turn into vectors by itself: comparing doubles into bits, and
   choosing by bits. `Lanes` are as many doubles as the processor's registers hold. */

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__) && defined(__BMI2__)
#include <immintrin.h>
#define WIDEST 1
enum { LANES = 8 };
typedef __m512d Lanes;
INLINE Lanes lanes(const double *x) { return _mm512_loadu_pd(x); }
INLINE Lanes lanes_of(double k) { return _mm512_set1_pd(k); }
INLINE void put(double *to, Lanes x) { _mm512_storeu_pd(to, x); }
INLINE Lanes multiplied(Lanes x, Lanes y) { return _mm512_mul_pd(x, y); }
INLINE unsigned less(Lanes x, Lanes y) { return _mm512_cmp_pd_mask(x, y, _CMP_LT_OQ); }
INLINE unsigned at_most(Lanes x, Lanes y) { return _mm512_cmp_pd_mask(x, y, _CMP_LE_OQ); }
INLINE unsigned gone(Lanes x) { return _mm512_cmp_pd_mask(x, x, _CMP_UNORD_Q); }
INLINE Lanes either(unsigned bits, Lanes x, Lanes y) { return _mm512_mask_blend_pd((__mmask8)bits, y, x); }
INLINE Lanes lesser(Lanes x, Lanes y) { return _mm512_min_pd(x, y); }   /* y where one is NaN */
INLINE Lanes greater(Lanes x, Lanes y) { return _mm512_max_pd(x, y); } /* y where one is NaN */
INLINE uint64_t packed(const uint8_t *flags) { const __m512i x = _mm512_loadu_si512(flags); return _mm512_test_epi8_mask(x, x); }
INLINE uint64_t among(uint64_t bits, uint64_t chosen) { return _pext_u64(bits, chosen); }
INLINE uint64_t back_among(uint64_t bits, uint64_t chosen) { return _pdep_u64(bits, chosen); }
#elif defined(__AVX2__) && defined(__BMI2__)
#include <immintrin.h>
enum { LANES = 4 };
typedef __m256d Lanes;
INLINE Lanes lanes(const double *x) { return _mm256_loadu_pd(x); }
INLINE Lanes lanes_of(double k) { return _mm256_set1_pd(k); }
INLINE void put(double *to, Lanes x) { _mm256_storeu_pd(to, x); }
INLINE Lanes multiplied(Lanes x, Lanes y) { return _mm256_mul_pd(x, y); }
INLINE unsigned less(Lanes x, Lanes y) { return (unsigned)_mm256_movemask_pd(_mm256_cmp_pd(x, y, _CMP_LT_OQ)); }
INLINE unsigned at_most(Lanes x, Lanes y) { return (unsigned)_mm256_movemask_pd(_mm256_cmp_pd(x, y, _CMP_LE_OQ)); }
INLINE unsigned gone(Lanes x) { return (unsigned)_mm256_movemask_pd(_mm256_cmp_pd(x, x, _CMP_UNORD_Q)); }
INLINE Lanes either(unsigned bits, Lanes x, Lanes y) {
    const __m256i each = _mm256_set_epi64x(8, 4, 2, 1), set = _mm256_and_si256(_mm256_set1_epi64x(bits), each);
    return _mm256_blendv_pd(y, x, _mm256_castsi256_pd(_mm256_cmpeq_epi64(set, each)));
}
INLINE Lanes lesser(Lanes x, Lanes y) { return _mm256_min_pd(x, y); }
INLINE Lanes greater(Lanes x, Lanes y) { return _mm256_max_pd(x, y); }
INLINE uint64_t packed(const uint8_t *flags) {
    uint64_t set = 0;
    for (int at = 0; at < 64; at += 32)
        set |= (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_slli_epi16(_mm256_loadu_si256((const __m256i *)(flags + at)), 7)) << at;
    return set;
}
INLINE uint64_t among(uint64_t bits, uint64_t chosen) { return _pext_u64(bits, chosen); }
INLINE uint64_t back_among(uint64_t bits, uint64_t chosen) { return _pdep_u64(bits, chosen); }
#elif defined(__SSE2__)
#include <emmintrin.h>
enum { LANES = 2 };
typedef __m128d Lanes;
INLINE Lanes lanes(const double *x) { return _mm_loadu_pd(x); }
INLINE Lanes lanes_of(double k) { return _mm_set1_pd(k); }
INLINE void put(double *to, Lanes x) { _mm_storeu_pd(to, x); }
INLINE Lanes multiplied(Lanes x, Lanes y) { return _mm_mul_pd(x, y); }
INLINE unsigned less(Lanes x, Lanes y) { return (unsigned)_mm_movemask_pd(_mm_cmplt_pd(x, y)); }
INLINE unsigned at_most(Lanes x, Lanes y) { return (unsigned)_mm_movemask_pd(_mm_cmple_pd(x, y)); }
INLINE unsigned gone(Lanes x) { return (unsigned)_mm_movemask_pd(_mm_cmpunord_pd(x, x)); }
INLINE Lanes either(unsigned bits, Lanes x, Lanes y) {
    const __m128d set = _mm_castsi128_pd(_mm_set_epi64x(-(int64_t)(bits >> 1 & 1), -(int64_t)(bits & 1)));
    return _mm_or_pd(_mm_and_pd(set, x), _mm_andnot_pd(set, y));
}
INLINE Lanes lesser(Lanes x, Lanes y) { return _mm_min_pd(x, y); }
INLINE Lanes greater(Lanes x, Lanes y) { return _mm_max_pd(x, y); }
INLINE uint64_t packed(const uint8_t *flags) {
    uint64_t set = 0;
    for (int at = 0; at < 64; at += 16)
        set |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_slli_epi16(_mm_loadu_si128((const __m128i *)(flags + at)), 7)) << at;
    return set;
}
#define PICKED_ONE_BY_ONE
#else
enum { LANES = 1 };
typedef double Lanes;
INLINE Lanes lanes(const double *x) { return *x; }
INLINE Lanes lanes_of(double k) { return k; }
INLINE void put(double *to, Lanes x) { *to = x; }
INLINE Lanes multiplied(Lanes x, Lanes y) { return x * y; }
INLINE unsigned less(Lanes x, Lanes y) { return x < y; }
INLINE unsigned at_most(Lanes x, Lanes y) { return x <= y; }
INLINE unsigned gone(Lanes x) { return x != x; }
INLINE Lanes either(unsigned bits, Lanes x, Lanes y) { return bits & 1 ? x : y; }
INLINE Lanes lesser(Lanes x, Lanes y) { return x < y ? x : y; }
INLINE Lanes greater(Lanes x, Lanes y) { return x > y ? x : y; }
INLINE uint64_t packed(const uint8_t *flags) {
    uint64_t set = 0;
    for (int at = 0; at < 64; at++) set |= (uint64_t)flags[at] << at;
    return set;
}
#define PICKED_ONE_BY_ONE
#endif

#ifdef PICKED_ONE_BY_ONE
/* The bits of those chosen, close together from the lowest on. */
INLINE uint64_t among(uint64_t bits, uint64_t chosen) {
    uint64_t found = 0;
    for (int at = 0; chosen; chosen &= chosen - 1, at++) found |= (bits >> __builtin_ctzll(chosen) & 1) << at;
    return found;
}

/* The other way round. */
INLINE uint64_t back_among(uint64_t bits, uint64_t chosen) {
    uint64_t found = 0;
    for (; chosen; chosen &= chosen - 1, bits >>= 1) found |= (bits & 1) << __builtin_ctzll(chosen);
    return found;
}
#endif

/* The lowest are those of the lanes from i on. */
INLINE unsigned bits_at(const uint64_t *bits, int i) { return (unsigned)(bits[i >> 6] >> (i & 63)); }

#define EACH_WORD(w) for (int w = 0; w < WORDS; w++) /* all of them: bits beyond the last row mean nothing */

/* Over n rows, lanes at a time. */
#define EACH_LANES(i) for (int i = 0; i < n; i += LANES)

/* to = a bit for each of n rows, by a test of the lanes from i on. */
#define TESTED(to, i, test)                                                                         \
    for (int byte_ = 0; byte_ < n; byte_ += 8) {                                                    \
        unsigned set_ = 0;                                                                          \
        for (int i = byte_; i < byte_ + 8; i += LANES) set_ |= (unsigned)(test) << (i - byte_);     \
        ((uint8_t *)(to))[byte_ >> 3 ^ BYTE_ORDER_TURN] = (uint8_t)set_;                            \
    }
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define BYTE_ORDER_TURN 7
#else
#define BYTE_ORDER_TURN 0
#endif

/* to = a bit for each of n rows, by a condition in plain C. */
#define WHERE(to, i, condition)                                  \
    for (int word_ = 0; word_ < n; word_ += 64) {                \
        uint8_t set_[64];                                        \
        ALIKE for (int at_ = 0; at_ < 64; at_++) {               \
            const int i = word_ + at_;                           \
            set_[at_] = (uint8_t)(condition);                    \
        }                                                        \
        (to)[word_ >> 6] = packed(set_);                         \
    }

/* Bits as bytes of 0 or 1. */
INLINE const uint8_t *spread(const uint64_t *bits, uint8_t *room, int n) {
    for (int word = 0; word < n; word += 64) {
        const uint64_t set = bits[word >> 6];
#ifdef WIDEST
        _mm512_storeu_si512(room + word, _mm512_maskz_set1_epi8(set, 1));
#else
        ALIKE for (int at = 0; at < 64; at++) room[word + at] = set >> at & 1;
#endif
    }
    return room;
}

INLINE int any(const uint64_t *bits) {
    uint64_t found = 0;
    EACH_WORD(w) found |= bits[w];
    return found != 0;
}

/* The places of the first n bits that are set. */
INLINE int places(const uint64_t *bits, int n, int32_t *found) {
    int count = 0;
#ifdef WIDEST
    const __m512i each = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    for (int at = 0; at < n; at += 16) { /* there is room for 16 more than are found */
        const __mmask16 set = (__mmask16)bits_at(bits, at);
        _mm512_storeu_si512(found + count, _mm512_maskz_compress_epi32(set, _mm512_add_epi32(each, _mm512_set1_epi32(at))));
        count += __builtin_popcount(set);
    }
#else
    for (int at = 0; at < n; at += 64)
        for (uint64_t set = bits[at >> 6]; set; set &= set - 1) found[count++] = at + __builtin_ctzll(set);
#endif
    return count;
}

/* The bits of those chosen among all rows, close together. */
INLINE void gathered(uint64_t *to, const uint64_t *bits, const uint64_t *chosen) {
    uint64_t rest = 0;
    int filled = 0, at = 0;
    EACH_WORD(w) {
        const uint64_t found = among(bits[w], chosen[w]);
        rest |= found << filled;
        filled += __builtin_popcountll(chosen[w]);
        if (filled >= 64) {
            to[at++] = rest;
            filled -= 64;
            const int used = __builtin_popcountll(chosen[w]) - filled;
            rest = used < 64 ? found >> used : 0;
        }
    }
    if (at < WORDS) to[at++] = rest;
    for (; at < WORDS; at++) to[at] = 0;
}

/* The other way round: bits that stand close together, at the places of those chosen. */
INLINE void put_back(uint64_t *to, const uint64_t *bits, const uint64_t *chosen) {
    int at = 0;
    EACH_WORD(w) {
        const int word = at >> 6, shift = at & 63;
        const uint64_t next = shift && word + 1 < WORDS ? bits[word + 1] << (64 - shift) : 0;
        to[w] = back_among(bits[word] >> shift | next, chosen[w]);
        at += __builtin_popcountll(chosen[w]);
    }
}
