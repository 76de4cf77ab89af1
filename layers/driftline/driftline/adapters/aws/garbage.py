"""How a function's process collects garbage; handlers import it before all else of ours.

Half a thousand modules are made to stay: to look through them for garbage again and again, every 2,000 objects, takes a
tenth of a cold start and finds none. Most objects go without the collector, by counting references.
"""

import gc

gc.set_threshold(50_000, *gc.get_threshold()[1:])
