// Package queue keeps jobs in the order in which they came.
package queue

import (
	"errors"
	"sync"
)

// ErrFull says that a queue takes no more jobs now.
var ErrFull = errors.New("queue is full")

// Job is one piece of work.
type Job struct {
	ID   int    `json:"id"`
	Text string `json:"text"`
}

// Queue is safe for concurrent use.
type Queue struct {
	mu    sync.Mutex
	limit int
	next  int
	jobs  []Job
}

// New returns a queue that holds at most limit jobs.
func New(limit int) *Queue {
	return &Queue{limit: limit}
}

// Add puts a job at the end and returns it with its number.
func (q *Queue) Add(text string) (Job, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.jobs) == q.limit {
		return Job{}, ErrFull
	}
	q.next++
	job := Job{ID: q.next, Text: text}
	q.jobs = append(q.jobs, job)
	return job, nil
}

// Take removes the oldest job. The second result is false when there is none.
func (q *Queue) Take() (Job, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.jobs) == 0 {
		return Job{}, false
	}
	job := q.jobs[0]
	q.jobs = q.jobs[1:]
	return job, true
}
