/// Jobs in the order in which they came; adding and taking cost the same however many wait.
struct JobQueue {
    private var jobs: [UnownedJob] = []
    private var taken = 0

    mutating func append(_ job: UnownedJob) { jobs.append(job) }

    mutating func popFirst() -> UnownedJob? {
        guard taken < jobs.count else { return nil }
        let job = jobs[taken]
        taken += 1
        if taken == jobs.count || taken >= 1024 && taken * 2 >= jobs.count {
            jobs.removeFirst(taken)
            taken = 0
        }
        return job
    }
}
