// Command worker takes jobs from the api and logs a report of each.
package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"time"

	"example.com/go-app/internal/queue"
	"example.com/go-app/internal/report"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	api := os.Getenv("API_URL")
	if api == "" {
		api = "http://127.0.0.1:8080"
	}
	for ctx.Err() == nil {
		job, ok, err := take(ctx, api)
		switch {
		case err != nil:
			slog.Error("take", "error", err)
		case ok:
			slog.Info("job", "id", job.ID, "words", report.Words(job.Text))
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

func take(ctx context.Context, api string) (queue.Job, bool, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, api+"/jobs/take", nil)
	if err != nil {
		return queue.Job{}, false, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return queue.Job{}, false, err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusNoContent {
		return queue.Job{}, false, nil
	}
	var job queue.Job
	err = json.NewDecoder(response.Body).Decode(&job)
	return job, err == nil, err
}
