#include "page_cache.h"
