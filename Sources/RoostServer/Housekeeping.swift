import BlobStore
import Catalog
import Logging
import PullThrough
import Registry
import ServiceLifecycle

/// What has to be done from time to time: writing times of use, flushing what was downloaded, ending what was abandoned.
struct Housekeeping: Service {
    let store: Store
    let uploads: Uploads
    let uses: UseLog
    let ownership: Ownership
    let clock: any Clock<Duration>
    let logger: Logger

    private static let period: Duration = .seconds(5)
    /// In periods: every minute, and every ten minutes.
    private static let syncEvery = 12
    private static let tidyEvery = 120
    /// A partial file that nobody has written to for so long belongs to nobody.
    private static let partialAge: Duration = .seconds(24 * 3600)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var round = 0
            while !Task.isCancelled {
                await attempt("write times of use") { try await uses.flush() }
                if round % Self.syncEvery == 0 {
                    await attempt("flush downloads") { try await store.blobs.syncDeferred() }
                }
                if round % Self.tidyEvery == 0 { await attempt("clear what was abandoned", tidy) }
                round += 1
                try? await clock.sleep(for: Self.period)
            }
        }
        await attempt("write times of use") { try await uses.flush() }
        await attempt("flush downloads") { try await store.blobs.syncDeferred() }
    }

    private func tidy() async throws {
        for id in try await uploads.expire() {
            logger.info("an abandoned upload was ended", metadata: ["upload": "\(id)"])
        }
        for name in try await uploads.releaseStaleClaims() {
            ownership.release(name)
            logger.info(
                "a first push that came to nothing no longer holds its name", metadata: ["repository": "\(name)"])
        }
        let kept = Set(try await store.catalog.uploads().map(\.id))
        try await store.blobs.discardPartials(keeping: kept, olderThan: Self.partialAge)
    }

    /// What fails here is tried again in the next round, and stops nothing.
    private func attempt(_ task: String, _ work: () async throws -> Void) async {
        do { try await work() } catch is CancellationError {
        } catch {
            logger.error("housekeeping failed", metadata: ["task": "\(task)", "error": "\(error)"])
        }
    }
}
