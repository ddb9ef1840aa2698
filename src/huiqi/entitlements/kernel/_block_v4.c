/* The blocks on processors with AVX-512 (x86-64-v4). */

#include "_plan.h"

#if HUIQI_LEVELS > 1
#pragma GCC target("arch=x86-64-v4,prefer-vector-width=512")
#define RUN huiqi_run_v4
#include "_block.h"
#endif
